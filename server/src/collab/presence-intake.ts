import {
  cutText,
  decodePresence,
  FrameError,
  MAX_GUEST_NAME_LENGTH,
  type PresenceEntry,
  type PresenceLimits,
} from '@quire/protocol';
import { type DocumentConnection, GUEST_PREFIX, userOf } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { isNestedTooDeep, mayBeNestedTooDeep } from './nesting.ts';
import { LEFT, type Presence } from './presence.ts';

/** People behind one connection: a tab is one; more than a few is somebody making them up. */
const MAX_STATES_PER_CONNECTION = 16;

/** What one message may hold. Providers repeat what they are told, and a crowd may come or go at once. */
export function limitsOfMessage({ presence }: DocumentOwner, limits: PresenceLimits): PresenceLimits {
  return { ...limits, maxEntries: Math.max(limits.maxEntries, presence.remembered) };
}

/**
 * Takes a presence message of an established connection.
 *
 * @param unprompted its client had been told nothing when it sent this
 * @throws {FrameError} when it is malformed: one state that isn't JSON would throw in every reader, and lose everybody
 * else's states of the same flush (R10)
 */
export function hearPresence(
  connection: DocumentConnection,
  owner: DocumentOwner,
  message: Uint8Array,
  limits: PresenceLimits,
  unprompted: boolean,
): void {
  const { presence } = owner;
  for (const { entry: said, state } of readPresence(message, limits)) {
    if (!maySpeakFor(connection, presence, said.clientId, unprompted)) continue;
    const entry = state === null ? { ...said, state: LEFT } : stamp(connection, said, state, limits.maxStateBytes);
    const isFull = presence.countOf(connection) >= MAX_STATES_PER_CONNECTION;
    if (isFull && presence.wouldAddTo(connection, entry, unprompted)) {
      throw new FrameError('bad-number', `one connection speaks for at most ${MAX_STATES_PER_CONNECTION} clients`);
    }
    presence.hear(connection, entry, unprompted);
    noteGuestName(connection, state);
  }
  owner.stragglers.welcome(connection);
  owner.presenceChanged();
}

export interface Said {
  readonly entry: PresenceEntry;
  /** Null of somebody who leaves. */
  readonly state: State | null;
}

/** @throws {FrameError} when any of it is malformed */
export function readPresence(message: Uint8Array, limits: PresenceLimits): Said[] {
  return decodePresence(message, limits).map((entry) => ({ entry, state: parseState(entry, limits.maxStateBytes) }));
}

/**
 * A client may come back on another connection before its old one was missed, be it on another node, and takes its state
 * over (R10). Somebody else's they leave alone, whatever clock they claim. Of guests nobody knows who is who: one comes back
 * with what is said unprompted, and later takes over nobody who is here. If it wasn't heard in time, it hears of its own end
 * once the old connection is missed, and says that it is here.
 *
 * Nor does anybody else come as a client that a named user has just left: that user would find it taken on coming back.
 */
function maySpeakFor(
  connection: DocumentConnection,
  presence: Presence,
  clientId: number,
  unprompted: boolean,
): boolean {
  const user = userOf(connection);
  const holder = presence.userOf(clientId);
  if (holder === null) return presence.isOpenTo(user, clientId);
  if (presence.speaksFor(connection, clientId)) return true;
  return holder === user && (user !== '' || unprompted);
}

/** Whom a token names is shown as that, whatever their client says (G6); guests choose their name and their look. */
function stamp(
  { state: established }: DocumentConnection,
  entry: PresenceEntry,
  state: State,
  maxStateBytes: number,
): PresenceEntry {
  if (established.kind !== 'established') return entry;
  if (established.grant.user.id === '') return withoutIdentity(entry, state);
  const { id, name, color, avatar } = established.grant.user;
  const said = typeof state.user === 'object' && state.user !== null ? state.user : {};
  const look = { ...(color === undefined ? {} : { color }), ...(avatar === undefined ? {} : { avatar }) };
  const stamped = JSON.stringify({ ...state, user: { ...said, ...look, id, name: name ?? id } });
  if (Buffer.byteLength(stamped) > maxStateBytes) throw tooLarge(maxStateBytes);
  return { ...entry, state: stamped };
}

/** Others may be known by an id: a guest who showed one would be taken for them. */
function withoutIdentity(entry: PresenceEntry, state: State): PresenceEntry {
  if (typeof state.user !== 'object' || state.user === null) return entry;
  if (!('id' in state.user || 'avatar' in state.user)) return entry;
  const { id: _id, avatar: _avatar, ...user } = state.user as State;
  return { ...entry, state: JSON.stringify({ ...state, user }) };
}

function tooLarge(maxStateBytes: number): FrameError {
  return new FrameError('bad-number', `a presence state has at most ${maxStateBytes} bytes, however it is written`);
}

type State = Readonly<Record<string, unknown>>;

/** The most that a text of JSON can grow by when it is read and written again: `1e20` has 21 digits. */
const MAX_GROWTH = 5;

function parseState(entry: PresenceEntry, maxStateBytes: number): State | null {
  let state: unknown;
  try {
    state = JSON.parse(entry.state);
  } catch (cause) {
    throw new FrameError('bad-text', 'a presence state is not JSON', { cause });
  }
  if (typeof state !== 'object' || Array.isArray(state)) {
    throw new FrameError('bad-text', 'a presence state is an object or null');
  }
  if (mayBeNestedTooDeep(entry.state.length) && isNestedTooDeep(state)) {
    throw new FrameError('bad-text', 'a presence state is nested too deep');
  }
  // Providers write what they repeat anew, and would be refused for the length of somebody else's state.
  const mayGrowTooLarge = entry.state.length * MAX_GROWTH > maxStateBytes;
  if (mayGrowTooLarge && Buffer.byteLength(JSON.stringify(state)) > maxStateBytes) {
    throw tooLarge(maxStateBytes);
  }
  return state as State | null;
}

/** A guest's edits carry the name that the guest shows. */
function noteGuestName(connection: DocumentConnection, state: State | null): void {
  if (connection.state.kind !== 'established' || connection.state.grant.user.id !== '') return;
  const user = state?.user;
  if (typeof user !== 'object' || user === null || !('name' in user) || typeof user.name !== 'string') return;
  connection.author = `${GUEST_PREFIX}${cutText(user.name, MAX_GUEST_NAME_LENGTH)}`;
}
