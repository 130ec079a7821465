/**
 * What something that a server sent has to be: reads it, or throws a `TypeError` that says where it isn't. The protocol has
 * schemas for the same, made with a library that is larger than this whole client; so only their types are used here,
 * which keeps the two from differing in a field.
 *
 * @param place what is read, for the message
 */
export type Shape<T> = (value: unknown, place?: string) => T;

const ANSWER = 'the answer';

export const text: Shape<string> = (value, place = ANSWER) =>
  typeof value === 'string' ? value : refuse(place, 'a text');

export const flag: Shape<boolean> = (value, place = ANSWER) =>
  typeof value === 'boolean' ? value : refuse(place, 'true or false');

/** A whole number from 0 on. */
export const count: Shape<number> = (value, place = ANSWER) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(place, 'a count');

/** ISO 8601 in UTC. */
export const time: Shape<string> = (value, place = ANSWER) =>
  typeof value === 'string' && value.endsWith('Z') && !Number.isNaN(Date.parse(value))
    ? value
    : refuse(place, 'a time in UTC');

export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return (value, place = ANSWER) => words.find((word) => word === value) ?? refuse(place, `one of ${words.join(', ')}`);
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, place) => (value === null ? null : shape(value, place));
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value, place = ANSWER) =>
    Array.isArray(value) ? value.map((each, index) => shape(each, `${place}[${index}]`)) : refuse(place, 'a list');
}

/** Whatever else a newer server says is left out. */
export function objectOf<T extends object>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(fields);
  return (value, place = ANSWER) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(place, 'an object');
    const given = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(shapes.map(([key, shape]) => [key, shape(given[key], `${place}.${key}`)])) as T;
  };
}

/** Null where something else would throw. */
export function tryRead<T>(shape: Shape<T>, value: unknown): T | null {
  try {
    return shape(value);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function refuse(place: string, wanted: string): never {
  throw new TypeError(`${place} is not ${wanted}`);
}
