import { Presence, type PresenceOptions } from '../collab/presence.ts';

/** The presence of a document in which everybody may edit, all are listed, and no time passes, unless said otherwise. */
export function createPresence(options: Partial<PresenceOptions> = {}): Presence {
  return new Presence({
    count: null,
    maxListed: Number.POSITIVE_INFINITY,
    mayEdit: () => true,
    userOf: () => '',
    now: () => 0,
    timeOfDay: () => 0,
    ...options,
  });
}
