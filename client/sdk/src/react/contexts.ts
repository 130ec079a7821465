import { createContext } from 'react';
import type { Room } from '../api.ts';
import type { ClientSource } from './client-source.ts';

/** Null where there is no provider. */
export const ClientContext = createContext<ClientSource | null>(null);

/** Null while the room of the nearest provider is not open, as always on a server; undefined where there is no provider. */
export const RoomContext = createContext<Room | null | undefined>(undefined);
