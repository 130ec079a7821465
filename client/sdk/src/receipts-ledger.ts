/**
 * Which local changes the server has not confirmed, and which receipts stand for them. Pure: every function returns the
 * next ledger.
 *
 * The provider's own counter starts again at 1 on every connection, so after a reconnect with five offline edits the
 * first receipt reads as "all saved" (R2). This one rests on the order of receipts instead: on one connection the server
 * answers the step 2 and every later update frame with exactly one receipt each, in the order they arrived. Update frames
 * from before the step 2 are not sent at all (see `RoomProvider`): the step 2 contains them.
 */
export interface Ledger {
  /** `apart`: no handshake under way. `settled`: the step 2 of this connection has its receipt. */
  readonly phase: 'apart' | 'joining' | 'settled';
  /** In no frame of this connection yet: the next frame carries them. */
  readonly unsent: Changes;
  /** Refused in a frame of this connection, or lost with an earlier one: only a step 2 carries them. */
  readonly stranded: Changes;
  /** Frames of this connection without a receipt, oldest first. */
  readonly awaiting: readonly FrameRun[];
}

interface Changes {
  readonly count: number;
  /** When the oldest of them was made; 0 when there are none. */
  readonly since: number;
}

/** Neighbouring frames that stand for equally many changes each, so that a long queue stays a short list. */
interface FrameRun {
  readonly frames: number;
  readonly changesEach: number;
  readonly since: number;
}

/** Frames within this time share a run; the age of the oldest change is wrong by at most this. */
const RUN_SPAN_MS = 100;

const NO_CHANGES: Changes = { count: 0, since: 0 };

export const emptyLedger: Ledger = { phase: 'apart', unsent: NO_CHANGES, stranded: NO_CHANGES, awaiting: [] };

export function recordChanges(ledger: Ledger, count: number, now: number): Ledger {
  if (count === 0) return ledger;
  return { ...ledger, unsent: addChanges(ledger.unsent, count, now) };
}

/** A handshake begins. Whatever an earlier connection left unanswered must be carried by this one's step 2. */
export function beginJoining(ledger: Ledger): Ledger {
  return { ...loseConnection(ledger), phase: 'joining' };
}

/** A step 2 left on this connection: it carries everything. */
export function recordStepTwo(ledger: Ledger, now: number): Ledger {
  const everything = addChanges(ledger.stranded, ledger.unsent.count, ledger.unsent.since);
  return { ...queueFrame(ledger, everything, now), unsent: NO_CHANGES, stranded: NO_CHANGES };
}

/** An update frame left on this connection: it carries what was changed since the frame before. */
export function recordUpdate(ledger: Ledger, now: number): Ledger {
  return { ...queueFrame(ledger, ledger.unsent, now), unsent: NO_CHANGES };
}

/**
 * One receipt arrived. `durable: false` settles the frame without confirming its changes: they stay unsaved.
 * A receipt that no frame waits for confirms nothing.
 */
export function recordReceipt(ledger: Ledger, durable: boolean): Ledger {
  const [first, ...rest] = ledger.awaiting;
  if (first === undefined) return ledger;
  return {
    ...ledger,
    phase: 'settled',
    stranded: durable ? ledger.stranded : addChanges(ledger.stranded, first.changesEach, first.since),
    awaiting: first.frames > 1 ? [{ ...first, frames: first.frames - 1 }, ...rest] : rest,
  };
}

/** The connection is gone: nothing that it sent unanswered counts as on its way any more. */
export function loseConnection(ledger: Ledger): Ledger {
  let { stranded } = ledger;
  for (const run of ledger.awaiting) stranded = addChanges(stranded, run.frames * run.changesEach, run.since);
  return { ...ledger, phase: 'apart', stranded, awaiting: [] };
}

export function countUnsaved(ledger: Ledger): number {
  return ledger.awaiting.reduce(
    (sum, run) => sum + run.frames * run.changesEach,
    ledger.unsent.count + ledger.stranded.count,
  );
}

/** When the oldest unconfirmed change was made, or null when there is none. */
export function findOldestUnsaved(ledger: Ledger): number | null {
  const times = ledger.awaiting.filter((run) => run.changesEach > 0).map((run) => run.since);
  for (const changes of [ledger.unsent, ledger.stranded]) if (changes.count > 0) times.push(changes.since);
  return times.length === 0 ? null : Math.min(...times);
}

/** Whether the server owes an answer. */
export function isAwaiting(ledger: Ledger): boolean {
  return ledger.phase === 'joining' || ledger.awaiting.length > 0;
}

/** Whether a step 2 left on this connection: what is recorded from here on is not in it. */
export function hasSentStepTwo(ledger: Ledger): boolean {
  return ledger.phase === 'settled' || (ledger.phase === 'joining' && ledger.awaiting.length > 0);
}

function queueFrame(ledger: Ledger, changes: Changes, now: number): Ledger {
  const changesEach = changes.count;
  const since = changesEach === 0 ? now : changes.since;
  const last = ledger.awaiting.at(-1);
  const joinsRun = last !== undefined && last.changesEach === changesEach && since - last.since < RUN_SPAN_MS;
  const awaiting = joinsRun
    ? [...ledger.awaiting.slice(0, -1), { ...last, frames: last.frames + 1 }]
    : [...ledger.awaiting, { frames: 1, changesEach, since }];
  return { ...ledger, awaiting };
}

function addChanges(changes: Changes, count: number, since: number): Changes {
  if (count === 0) return changes;
  return {
    count: changes.count + count,
    since: changes.count === 0 ? since : Math.min(changes.since, since),
  };
}
