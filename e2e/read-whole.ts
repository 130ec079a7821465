/**
 * A number that somebody typed behind an option; null when they did not.
 *
 * @throws with what is wrong, for the person who typed it
 */
export function readWhole(option: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new RangeError(`${option} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
