import type { Room } from '../api.ts';

/** One that knows what presence is in it, whatever is said there. */
// biome-ignore lint/suspicious/noExplicitAny: a room of some events is no room of others, nor of unknown ones
export type RoomOf<P extends object> = Room<any, P> | null;
