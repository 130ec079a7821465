import { decodePresence, FrameError, type PresenceEntry, type PresenceLimits } from '@quire/protocol';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';

/** People behind one connection: a tab is one; more than a few is somebody making them up. */
const MAX_STATES_PER_CONNECTION = 16;

/** In open mode, a guest's edits carry the name that the guest shows; this much of it. */
const MAX_GUEST_NAME_LENGTH = 60;

/**
 * Takes a presence message of an established connection.
 *
 * @throws {FrameError} when it is malformed: one state that isn't JSON would throw in every reader, and lose everybody
 * else's states of the same flush (R10)
 */
export function hearPresence(
  connection: DocumentConnection,
  owner: DocumentOwner,
  message: Uint8Array,
  limits: PresenceLimits,
): void {
  const entries = decodePresence(message, limits);
  const states = entries.map((entry) => parseState(entry));
  const { presence } = owner;
  for (const [index, entry] of entries.entries()) {
    const isFull = presence.countOf(connection) >= MAX_STATES_PER_CONNECTION;
    if (isFull && presence.wouldAddTo(connection, entry, connection.isEntering)) {
      throw new FrameError('bad-number', `one connection speaks for at most ${MAX_STATES_PER_CONNECTION} clients`);
    }
    presence.hear(connection, entry, connection.isEntering);
    noteGuestName(connection, states[index] ?? null);
  }
  if (presence.hasChanges) owner.presenceChanged();
}

type State = Readonly<Record<string, unknown>>;

function parseState(entry: PresenceEntry): State | null {
  let state: unknown;
  try {
    state = JSON.parse(entry.state);
  } catch (cause) {
    throw new FrameError('bad-text', 'a presence state is not JSON', { cause });
  }
  if (typeof state !== 'object' || Array.isArray(state)) {
    throw new FrameError('bad-text', 'a presence state is an object or null');
  }
  return state as State | null;
}

function noteGuestName(connection: DocumentConnection, state: State | null): void {
  if (connection.state.kind !== 'established' || connection.state.grant.user.id !== '') return;
  const user = state?.user;
  if (typeof user !== 'object' || user === null || !('name' in user) || typeof user.name !== 'string') return;
  connection.author = `guest:${user.name.slice(0, MAX_GUEST_NAME_LENGTH)}`;
}
