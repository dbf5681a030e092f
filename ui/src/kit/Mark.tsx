export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" fill="currentColor" aria-hidden="true">
      <path d="M14 12.2C11.6 9.6 11.6 5.4 14 2.2C16.4 5.4 16.4 9.6 14 12.2Z" />
      <path d="M13.2 16.4C9.7 16.6 6.4 14.4 5 10.4C9 10.2 12.2 12.6 13.2 16.4Z" />
      <path d="M14.8 16.4C18.3 16.6 21.6 14.4 23 10.4C19 10.2 15.8 12.6 14.8 16.4Z" />
      <path d="M13.2 21.6C10.2 22.6 6.6 21.4 4.2 18C7.8 16.8 11.4 18.2 13.2 21.6Z" />
      <path d="M14.8 21.6C17.8 22.6 21.4 21.4 23.8 18C20.2 16.8 16.6 18.2 14.8 21.6Z" />
      <path d="M13.7 12h.6l.6 14h-1.8z" />
    </svg>
  );
}
