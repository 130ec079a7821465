import type { PersonDetails } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { useMemo } from 'react';
import { guest } from './guest.ts';

/** Who this person is to the others: called as the server calls them, if it does. */
export function usePerson(account: { readonly name: string } | null): PersonDetails {
  const asGuest = useReadable(guest);
  const name = account?.name ?? asGuest.name;
  return useMemo(() => ({ ...asGuest, name }), [asGuest, name]);
}
