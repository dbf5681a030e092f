/** One field takes a date, a year or an age: up to three digits are an age. */
export function bornOrAge(born: string) {
  const age = /^\s*\p{Nd}{1,3}\s*$/u.test(born);
  return { birthDate: age ? "" : born, ageYears: age ? born.trim() : "" };
}
