export type Piece = { text: string; differs: boolean };

// Marks go around whole characters of any script, never between a letter and its sign.
const letters = (text: string) =>
  [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);

function common(a: string[], b: string[]) {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** The part of a text in which it differs from any of the others. */
export function marked(text: string, others: string[]): Piece[] {
  if (others.every((other) => other === text)) return [{ text, differs: false }];
  const own = letters(text);
  let start = own.length;
  let end = own.length;
  for (const other of others.map(letters)) {
    const beginning = common(own, other);
    // The same letter must not count both as beginning and as end: "aa" against "a".
    const room = Math.min(own.length, other.length) - beginning;
    start = Math.min(start, beginning);
    end = Math.min(end, room, common(own.toReversed(), other.toReversed()));
  }
  end = Math.min(end, own.length - start);
  const pieces = [
    { text: own.slice(0, start).join(""), differs: false },
    { text: own.slice(start, own.length - end).join(""), differs: true },
    { text: own.slice(own.length - end).join(""), differs: false },
  ];
  return pieces.filter((piece) => piece.text !== "");
}
