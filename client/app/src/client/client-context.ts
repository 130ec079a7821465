import type { Client } from '@quire/client';
import { createContext, useContext } from 'react';

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('useClient needs a ClientContext around it');
  return client;
}
