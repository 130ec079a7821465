import { type CloseCodeName, closeCodes, eventRefusalCodes } from '@quire/protocol';

export const dialects = ['hocuspocus', 'y-websocket'] as const;
export type DialectName = (typeof dialects)[number];

/** What a client can send: its frames, signs of life, and what can't be read. */
export const receivedKinds = [
  'update',
  'step-1',
  'step-2',
  'presence',
  'query-presence',
  'token',
  'stateless',
  'close',
  'pong',
  'malformed',
] as const;
export type ReceivedKind = (typeof receivedKinds)[number];

/** What the server sends. `refusal` is a receipt that says no; `echo` is the receipt of the y-websocket dialect. */
export const sentKinds = [
  'update',
  'step-1',
  'step-2',
  'presence',
  'query-presence',
  'receipt',
  'authenticated',
  'denied',
  'token-request',
  'stateless',
  'closed',
  'refusal',
  'echo',
] as const;
export type SentKind = (typeof sentKinds)[number];

export const closeNames: readonly CloseCodeName[] = Object.values(closeCodes).map(({ name }) => name);

/** How a session ends that we didn't end with a code of the table. */
export const foreignEnds = [
  'client-done',
  'client-going-away',
  'client-other',
  'connection-lost',
  'ping-timeout',
  'other',
] as const;

export type SessionEnd = CloseCodeName | (typeof foreignEnds)[number];
export const sessionEnds: readonly SessionEnd[] = [...closeNames, ...foreignEnds];

/** By the name of a close code, as an extension or a later version may have made it up. */
export function nameOwnEnd(name: string): CloseCodeName | 'other' {
  return closeNames.find((known) => known === name) ?? 'other';
}

/** By the close code of a session that the other side ended. */
export function nameForeignEnd(code: number): SessionEnd {
  switch (code) {
    case 1000:
    case 1005: // closed without saying why
      return 'client-done';
    case 1001:
      return 'client-going-away';
    case 1006:
      return 'connection-lost';
    default:
      return 'client-other';
  }
}

/** What ws found wrong with the bytes on a socket. */
export function nameSocketError(error: Error): SessionEnd | null {
  const code = 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
      return closeCodes.frameTooBig.name;
    case 'WS_ERR_INVALID_UTF8':
      return closeCodes.notUtf8.name;
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return closeCodes.tooManyFragments.name;
    default:
      return code.startsWith('WS_ERR_') ? closeCodes.protocolError.name : null;
  }
}

/** Why a socket is not read for a while. */
export const pauseReasons = ['rate', 'disk', 'judging', 'hooks'] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** What a slow reader was closed for: the limit that it reached, or that more people have left than are remembered. */
export const slowReaderLimits = ['unsent', 'stall', 'document-ring', 'rings', 'departures'] as const;
export type SlowReaderLimit = (typeof slowReaderLimits)[number];

/** Of what there were too many connections for one more. */
export const connectionLimits = ['node', 'address'] as const;
export type ConnectionLimit = (typeof connectionLimits)[number];

export const upgradeStatuses = ['400', '403', '404', '405', '426', '429', '503', 'other'] as const;

/** By the start of a status line, such as `404 Not Found`. */
export function nameStatus(status: string): (typeof upgradeStatuses)[number] {
  return upgradeStatuses.find((known) => status.startsWith(known)) ?? 'other';
}

/**
 * Of answers of the HTTP API: by class, but for what is too much, a fault, not to be had now, and not confirmed. Numbers come
 * first, as in any object.
 */
export const answerClasses = ['429', '500', '503', '504', '2xx', '3xx', '4xx', 'other'] as const;

export function nameAnswer(status: number): (typeof answerClasses)[number] {
  const text = String(status);
  return (
    answerClasses.find((known) => known === text) ?? answerClasses.find((known) => known === `${text[0]}xx`) ?? 'other'
  );
}

export const refusalCodes = [
  'read-only',
  'bad-update',
  'too-much-pending',
  'document-too-large',
  'update-too-complex',
  'storage-refused',
  'overloaded',
  'stale-epoch',
  'comments-full',
  'too-many-anchors',
  'other',
] as const;

/** By the name of the close code with which content was refused. */
export function nameRefusal(name: string): (typeof refusalCodes)[number] {
  return refusalCodes.find((known) => known === name) ?? 'other';
}

/** Who sends an event. `server`: a backend over the HTTP API, or the program that the server runs in. */
export const eventSources = ['client', 'server'] as const;

/** Why an event was not taken. */
export const eventRefusals = eventRefusalCodes;

/** Why somebody may not enter; `other` is what an authenticator of one's own says. */
export const accessRefusals = ['unauthorized', 'forbidden', 'access-revoked', 'link-ended', 'other'] as const;

/** By the name of a close code. */
export function nameAccessRefusal(name: string): (typeof accessRefusals)[number] {
  return accessRefusals.find((known) => known === name) ?? 'other';
}

/** `update`: typing. `step-2`: what a client brought along. `server`: the HTTP API, extensions. */
export const editSources = ['update', 'step-2', 'server'] as const;

/** How it was found out who somebody is, where a backend knows. */
export const lookupSources = ['memory', 'shared', 'question', 'old-memory', 'none'] as const;
export const questionOutcomes = ['allowed', 'refused', 'malformed', 'timed-out', 'failed'] as const;

export const outcomes = ['ok', 'failed'] as const;
export const compactionOutcomes = ['folded', 'failed'] as const;
export const compactionParts = ['journal', 'snapshot', 'history'] as const;
export const storeStates = ['ready', 'refusing', 'closed'] as const;
export const gcKinds = ['minor', 'major', 'incremental', 'weakcb'] as const;

/** Of the people in a document, others are shown who they are, or how many. */
export const waysToBeShown = ['listed', 'counted'] as const;

export const busStates = ['connecting', 'connected', 'away', 'closed'] as const;
export const busErrorCodes = ['unreachable', 'denied', 'full', 'read-only', 'unsafe', 'unsuitable', 'closed'] as const;

/** Where a record of entries goes: to Redis, or from it. */
export const recordDirections = ['published', 'received'] as const;
export type RecordDirection = (typeof recordDirections)[number];

/** Why a record of another node was not taken. */
export const recordFaults = ['damaged', 'unknown-version', 'bad-entry'] as const;
export type RecordFault = (typeof recordFaults)[number];

/**
 * Why something that a node said in a document's room, or of all of them, was not understood: `damaged` is also what another version of the format
 * is, `unknown-kind` what only a later release says, and `presence` who is there by it.
 */
export const strangeMessages = ['damaged', 'unknown-kind', 'presence'] as const;
export type StrangeMessage = (typeof strangeMessages)[number];

/**
 * What became of tallies of the rooms that nodes share: `told` by this node, or heard of another one and the `same` as it is known
 * here, or `different`; `asked` is how often that node was asked for what two in a row showed.
 */
export const tallyOutcomes = ['told', 'same', 'different', 'asked'] as const;
export type TallyOutcome = (typeof tallyOutcomes)[number];

/** How entries come and go between nodes: through Redis, or by asking directly. */
export const entryWays = ['published', 'received', 'pulled', 'served'] as const;
export type EntryWay = (typeof entryWays)[number];

/** `unreadable` is there, and this one can't read what it says of itself. */
export const nodeStates = ['ready', 'catching-up', 'silent', 'unreadable'] as const;

/** What came of a request of another node, or of `quire nodes`. */
export const peerAnswers = ['served', 'denied', 'refused', 'failed'] as const;
export type PeerAnswer = (typeof peerAnswers)[number];

/** What nodes that have the same document open tell each other: presence, and stateless messages. */
export const messageDirections = ['sent', 'received'] as const;
export type MessageDirection = (typeof messageDirections)[number];
