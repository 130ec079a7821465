/** @param length in UTF-16 units, as JavaScript and zod count: of a character that has two of them no half is left over */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Surrogate}$/u, '');
}
