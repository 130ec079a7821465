import type { Person } from '@quire/client';

export interface DescribedPeople {
  readonly shown: readonly Person[];
  readonly hidden: readonly Person[];
  /** Those for whom there is no place, and those of whom nothing but their number is known. */
  readonly more: number;
}

/** Who gets one of `max` places, in the order in which they are listed. */
export function describePeople(people: readonly Person[], viewers: number, max: number): DescribedPeople {
  const places = Math.max(1, Math.trunc(max) || 1);
  const shown = people.slice(0, places);
  const hidden = people.slice(places);
  return { shown, hidden, more: hidden.length + viewers };
}

/** A number from an attribute, or what counts without one. */
export function readMax(value: string | null, otherwise: number): number {
  const number = Number.parseInt(value ?? '', 10);
  return number > 0 ? number : otherwise;
}
