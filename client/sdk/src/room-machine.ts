import { type CloseCode, closeCodes } from '@quire/protocol/wire';
import type { RoomStatus } from './api.ts';
import { type QuireError, wordsOf } from './errors.ts';
import {
  beginJoining,
  countUnsaved,
  emptyLedger,
  findOldestUnsaved,
  hasSentStepTwo,
  isAwaiting,
  type Ledger,
  loseConnection,
  recordChanges,
  recordReceipt,
  recordStepTwo,
  recordUpdate,
} from './receipts-ledger.ts';
import { labelFor, type RoomState } from './status-table.ts';

/** For this long after an edit neither "Saved" nor "Saving…" is shown: receipts mostly come sooner. */
export const QUIET_MS = 400;
/** A change that waits longer than this is a connection problem, even while the socket still looks open. */
export const STALLED_MS = 5_000;
/** A person who waits longer than this for a connection is offline, whatever the browser says. */
export const OFFLINE_AFTER_MS = 10_000;

export type Scope = 'read-write' | 'readonly';

export type RoomEvent =
  /** Changes made here. */
  | { readonly type: 'changed' }
  /** This device's copy is in the document: `whole` if it ever held all of it, with `unsaved` unconfirmed changes. */
  | { readonly type: 'restored'; readonly unsaved: number; readonly whole: boolean }
  | { readonly type: 'joining' }
  | { readonly type: 'authenticated'; readonly scope: Scope }
  /** The server's step 2 is in the document. */
  | { readonly type: 'content' }
  | { readonly type: 'sent'; readonly frame: 'step-2' | 'update' }
  | { readonly type: 'receipt'; readonly durable: boolean }
  | { readonly type: 'closed'; readonly close: CloseCode; readonly blamed: boolean }
  /** No token could be had, to enter or to stay; it is tried again. */
  | { readonly type: 'no-token'; readonly error: QuireError }
  /** There is one, and the server is told of it. */
  | { readonly type: 'token' }
  | { readonly type: 'network'; readonly online: boolean }
  | { readonly type: 'time-passed' };

export type RoomEffect =
  /** Leave the socket for good. */
  | { readonly type: 'detach' }
  /** Keep this device's copy apart: it must not flow into a later document of the same name. */
  | { readonly type: 'set-aside' }
  /** Send one more step 2: what a late copy brought may be in no other frame, and so would never get a receipt. */
  | { readonly type: 'resync' }
  | { readonly type: 'note-unsaved'; readonly unsaved: number }
  /** The document was full, and has been changed here since: perhaps it fits now. */
  | { readonly type: 'rejoin' }
  /** This device's copy now holds the whole document, so that it may be shown without the server (G3). */
  | { readonly type: 'note-whole' };

type Link =
  /** Without a connection since then; trying. */
  | { readonly phase: 'apart'; readonly since: number }
  /** The handshake is under way, after as long an absence. */
  | { readonly phase: 'joining'; readonly since: number }
  | { readonly phase: 'joined' }
  /** What was changed here does not fit; only another change, which takes it back, can help. */
  | { readonly phase: 'too-large'; readonly reason: string }
  | { readonly phase: 'refused'; readonly reason: string; readonly refusal: string }
  | { readonly phase: 'gone'; readonly reason: string };

export interface RoomMachine {
  readonly link: Link;
  /** The words of "connecting" give way to those of "reconnecting" once the server has been heard. */
  readonly joinedBefore: boolean;
  readonly online: boolean;
  readonly content: 'none' | 'local' | 'server';
  /** As last granted; kept while apart. */
  readonly scope: Scope;
  /** How often one was granted. */
  readonly admissions: number;
  readonly ledger: Ledger;
  /** Why the server could not take our changes; kept across reconnects until a receipt says otherwise. */
  readonly trouble: string | null;
  /** Why there is no token, until there is one. Whom the last one let in stays until its time is up. */
  readonly tokenError: QuireError | null;
  readonly lastChangeAt: number | null;
}

export interface Advance {
  readonly machine: RoomMachine;
  readonly effects: readonly RoomEffect[];
}

const VIEW_ONLY_REASON = 'you can only view this document';
const REFUSED_CHANGE_REASON = 'the server refused a change';

export function createRoomMachine(now: number, online: boolean): RoomMachine {
  return {
    link: { phase: 'apart', since: now },
    joinedBefore: false,
    online,
    content: 'none',
    scope: 'read-write',
    admissions: 0,
    ledger: emptyLedger,
    trouble: null,
    tokenError: null,
    lastChangeAt: null,
  };
}

/** The one transition of a room. */
export function advance(machine: RoomMachine, event: RoomEvent, now: number): Advance {
  const next = transition(machine, event, now);
  const effects: RoomEffect[] = [];
  const unsaved = countUnsaved(next.ledger);
  if (unsaved !== countUnsaved(machine.ledger) || event.type === 'changed') {
    effects.push({ type: 'note-unsaved', unsaved });
  }
  if (event.type === 'restored' && event.unsaved > 0 && hasSentStepTwo(next.ledger)) effects.push({ type: 'resync' });
  if (event.type === 'changed' && next.link.phase === 'too-large') effects.push({ type: 'rejoin' });
  if (next.content === 'server' && machine.content !== 'server') effects.push({ type: 'note-whole' });
  if (next.link.phase !== machine.link.phase) {
    if (next.link.phase === 'gone') effects.push({ type: 'set-aside' }, { type: 'detach' });
    if (next.link.phase === 'refused') effects.push({ type: 'detach' });
  }
  return { machine: next, effects };
}

function transition(machine: RoomMachine, event: RoomEvent, now: number): RoomMachine {
  switch (event.type) {
    case 'changed':
      return { ...machine, ledger: recordChanges(machine.ledger, 1, now), lastChangeAt: now };
    case 'restored':
      return {
        ...machine,
        content: event.whole && machine.content === 'none' ? 'local' : machine.content,
        ledger: recordChanges(machine.ledger, event.unsaved, now),
      };
    case 'joining':
      if (isOver(machine)) return machine;
      return {
        ...machine,
        link: { phase: 'joining', since: outageBegan(machine, now) },
        ledger: beginJoining(machine.ledger),
      };
    case 'authenticated':
      if (isOver(machine)) return machine;
      return { ...machine, link: { phase: 'joined' }, scope: event.scope, admissions: machine.admissions + 1 };
    case 'content':
      return { ...machine, content: 'server' };
    case 'sent':
      return {
        ...machine,
        ledger: event.frame === 'step-2' ? recordStepTwo(machine.ledger, now) : recordUpdate(machine.ledger, now),
      };
    case 'receipt':
      return receive(machine, event.durable);
    case 'closed':
      return isOver(machine) ? machine : close(machine, event.close, event.blamed, now);
    case 'no-token':
      return isOver(machine) ? machine : { ...machine, tokenError: event.error };
    case 'token':
      return { ...machine, tokenError: null };
    case 'network':
      return { ...machine, online: event.online };
    case 'time-passed':
      return machine;
    default:
      return event satisfies never;
  }
}

function receive(machine: RoomMachine, durable: boolean): RoomMachine {
  const ledger = recordReceipt(machine.ledger, durable);
  if (ledger === machine.ledger) return machine;
  // A connection that may only read is answered "not durable" for every frame; the scope says why already.
  const refusedChange = !durable && machine.scope === 'read-write';
  return { ...machine, ledger, joinedBefore: true, trouble: refusedChange ? REFUSED_CHANGE_REASON : null };
}

function close(machine: RoomMachine, code: CloseCode, blamed: boolean, now: number): RoomMachine {
  const ledger = loseConnection(machine.ledger);
  const reason = code.shown ?? code.reason;
  if (blamed && endsLife(code)) return { ...machine, ledger, link: { phase: 'gone', reason } };
  if (blamed && code.code === closeCodes.documentTooLarge.code) {
    return { ...machine, ledger, link: { phase: 'too-large', reason } };
  }
  if (blamed && code.retry === 'never')
    return { ...machine, ledger, link: { phase: 'refused', reason, refusal: code.name } };
  return {
    ...machine,
    ledger,
    link: { phase: 'apart', since: outageBegan(machine, now) },
    trouble: code.shown === null ? null : blamed ? code.shown : machine.trouble,
  };
}

/**
 * The life of the document that this room holds has ended: just now, or while the room was away, which shows only when
 * its copy is offered (R14). Either way the copy may flow into no later life.
 */
function endsLife({ code }: CloseCode): boolean {
  return code === closeCodes.documentDeleted.code || code === closeCodes.staleEpoch.code;
}

/** Attempts that come to nothing don't begin the wait anew. */
function outageBegan({ link }: RoomMachine, now: number): number {
  return link.phase === 'apart' || link.phase === 'joining' ? link.since : now;
}

/** Whether a close that names a fault may be about this room: it had something to say, or was not yet let in. */
export function isSuspect(machine: RoomMachine): boolean {
  return machine.ledger.phase !== 'settled' || countUnsaved(machine.ledger) > 0;
}

/** Nothing that happens on the wire concerns this room any more. */
export function isOver(machine: RoomMachine): boolean {
  return machine.link.phase === 'refused' || machine.link.phase === 'gone';
}

/** Every change made here so far has its receipt. */
export function isSaved(machine: RoomMachine): boolean {
  return machine.joinedBefore && countUnsaved(machine.ledger) === 0;
}

export function describeStatus(machine: RoomMachine, now: number): RoomStatus {
  const state = deriveState(machine, now);
  const reason = explain(machine, state);
  return {
    state,
    label: isQuiet(machine, state, now) ? '' : labelFor(state, reason),
    loaded: machine.content !== 'none',
    unsaved: countUnsaved(machine.ledger),
    canEdit: machine.content !== 'none' && machine.scope === 'read-write' && !isOver(machine),
    admissions: machine.admissions,
    retrying: isRetrying(machine),
    ...(reason === undefined ? {} : { reason }),
    ...(machine.link.phase === 'refused' ? { refusal: machine.link.refusal } : {}),
    ...(machine.tokenError === null || isOver(machine) ? {} : { error: machine.tokenError }),
  };
}

function deriveState(machine: RoomMachine, now: number): RoomState {
  const { link, ledger } = machine;
  const oldest = findOldestUnsaved(ledger);
  switch (link.phase) {
    case 'gone':
      return 'gone';
    case 'refused':
    case 'too-large':
      return 'cannot-save';
    case 'apart':
    case 'joining':
      if (!machine.online) return 'offline';
      if (machine.trouble !== null || machine.tokenError !== null) return 'cannot-save';
      if (now - link.since >= OFFLINE_AFTER_MS) return 'offline';
      return machine.joinedBefore ? 'reconnecting' : 'connecting';
    case 'joined':
      if (machine.trouble !== null) return 'cannot-save';
      if (machine.content !== 'server') return machine.joinedBefore ? 'reconnecting' : 'connecting';
      if (machine.scope === 'readonly') return oldest === null ? 'view-only' : 'cannot-save';
      if (oldest !== null) return now - oldest >= STALLED_MS ? 'reconnecting' : 'saving';
      // Nothing is "saved" on a connection whose step 2 has no receipt: it may hold what nobody has confirmed (R2).
      if (ledger.phase !== 'settled') return machine.joinedBefore ? 'reconnecting' : 'connecting';
      return 'saved';
    default:
      return link satisfies never;
  }
}

function isRetrying({ link, scope, ledger }: RoomMachine): boolean {
  switch (link.phase) {
    case 'apart':
    case 'joining':
      return true;
    case 'joined':
      // A connection that may only read takes no change, however often it is offered; who has none is on their way in.
      return isAwaiting(ledger) && (scope === 'read-write' || countUnsaved(ledger) === 0);
    case 'refused':
    case 'too-large':
    case 'gone':
      return false;
    default:
      return link satisfies never;
  }
}

function explain(machine: RoomMachine, state: RoomState): string | undefined {
  const { link } = machine;
  if (link.phase === 'gone' || link.phase === 'refused' || link.phase === 'too-large') return link.reason;
  if (state !== 'cannot-save') return undefined;
  return describeTokenError(machine) ?? machine.trouble ?? VIEW_ONLY_REASON;
}

/** Null where it is not for the want of a token that the room is out. */
function describeTokenError({ link, tokenError }: RoomMachine): string | null {
  if (tokenError === null || (link.phase !== 'apart' && link.phase !== 'joining')) return null;
  return `this page could not get a token (getToken failed with “${wordsOf(tokenError.cause)}”) and tries again`;
}

function isQuiet(machine: RoomMachine, state: RoomState, now: number): boolean {
  if (state === 'saved') return machine.lastChangeAt !== null && now - machine.lastChangeAt < QUIET_MS;
  if (state === 'saving') return now - (findOldestUnsaved(machine.ledger) ?? now) < QUIET_MS;
  return false;
}

/** When the status would change by the passing of time alone, or null. */
export function findNextChange(machine: RoomMachine, now: number): number | null {
  const { link } = machine;
  const oldest = findOldestUnsaved(machine.ledger);
  const moments: number[] = [];
  if (machine.lastChangeAt !== null) moments.push(machine.lastChangeAt + QUIET_MS);
  if (oldest !== null) moments.push(oldest + QUIET_MS, oldest + STALLED_MS);
  if (link.phase === 'apart' || link.phase === 'joining') moments.push(link.since + OFFLINE_AFTER_MS);
  const ahead = moments.filter((moment) => moment > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
