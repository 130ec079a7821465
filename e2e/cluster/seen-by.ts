import type { HocuspocusPerson } from '@quire/testing';

/** The names of those whom somebody's screen shows, their own among them, in the order of the alphabet. */
export function seenBy({ provider }: HocuspocusPerson): string[] {
  const states = [...(provider.awareness?.getStates().values() ?? [])];
  return states.map((state) => (state.user as { readonly name?: string } | undefined)?.name ?? '?').sort();
}
