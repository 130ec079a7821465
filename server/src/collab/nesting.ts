/**
 * Levels of lists in lists. Nobody writes so many; and whoever receives thousands goes down through them on its stack: to
 * compare a presence state with the one before, to read a value. At about 6,000 lists that throws in Node, and in every
 * browser on the document.
 */
export const MAX_NESTING = 200;

/** Whether a value, as JSON or Yjs reads it, has more levels than that. Goes down no further itself. */
export function isNestedTooDeep(value: unknown, room = MAX_NESTING): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  if (room === 0) return true;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (inner.some((part) => isNestedTooDeep(part, room - 1))) return true;
  // Yjs takes an entry of this name for the prototype, so one can hide in there.
  const prototype: unknown = Object.getPrototypeOf(value);
  const isUsual = prototype === Object.prototype || prototype === Array.prototype;
  return !isUsual && isNestedTooDeep(prototype, room - 1);
}

/** A level takes at least its two brackets. */
export function mayBeNestedTooDeep(bytes: number): boolean {
  return bytes > 2 * MAX_NESTING;
}
