import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import { closeCodes, FrameError, type PresenceLimits } from '@quire/protocol';
import { partyOf } from '../party.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { GatedFrame } from './extension-gate.ts';
import { copyOf, weigh } from './frame-bytes.ts';
import { type ContentFrame, ingest, type Verdict } from './ingest.ts';
import { ingestLarge } from './ingest-large.ts';
import type { Sender } from './judgement-thread.ts';
import { isLarge } from './large-update.ts';
import { hearPresence, limitsOfMessage } from './presence-intake.ts';
import { answerReader } from './reader-step-two.ts';
import { HooksGivenUp } from './running-hooks.ts';
import type { Established, FrameHost, Progress } from './session-context.ts';

interface Arrived {
  readonly frame: GatedFrame;
  readonly readAtMs: number | null;
  /** Its client had been told nothing when it sent this. */
  readonly unprompted: boolean;
}

/** Takes what a client says of content and presence. @returns a promise where that takes its time */
export function takeContent(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  frame: GatedFrame,
  readAtMs: number | null,
): Progress | Promise<Progress> {
  const { hocuspocus } = state;
  const unprompted = connection.isEntering; // by the time that hooks have seen it, that says nothing about it any more
  const arrival: Arrived = { frame, readAtMs, unprompted };
  if (host.context.gate === null || hocuspocus === null) return accept(host, connection, state, arrival);
  const own = copyOf(frame);
  return throughGate(host, connection, weigh(own), () =>
    acceptThroughHooks(host, connection, state, hocuspocus, { ...arrival, frame: own }),
  );
}

/**
 * Hooks may take their time. What they look at counts among what waits of a session: one that is larger than all of that
 * passes all the same, or it never would, and what comes behind it is not read meanwhile.
 */
export async function throughGate(
  host: FrameHost,
  connection: DocumentConnection,
  bytes: number,
  pass: () => Promise<Progress>,
): Promise<Progress> {
  if (!host.beginWaiting(bytes)) return 'stop';
  try {
    return await host.context.hooks.wait(pass());
  } catch (error) {
    if (error instanceof FrameError) {
      connection.closeSession(closeCodes.badFrame);
      return 'stop';
    }
    if (error instanceof HooksGivenUp) {
      connection.closeSession(closeCodes.serviceRestart);
      return 'stop';
    }
    // A frame that a hook refuses ends the connection: going on without it would lose what builds on it (R4).
    host.context.log.warn({ err: error, document: connection.address.document }, 'a hook refused a message');
    connection.closeSession(closeCodes.forbidden);
    return 'stop';
  } finally {
    host.endWaiting(bytes);
  }
}

async function acceptThroughHooks(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  hocuspocus: HocuspocusConnection,
  arrival: Arrived,
): Promise<Progress> {
  const { gate } = host.context;
  if (gate === null) return 'stop';
  const admitted = await gate.admit(hocuspocus, arrival.frame, presenceLimits(host, state));
  if (connection.state !== state) return 'stop';
  const progress = await accept(host, connection, state, { ...arrival, frame: admitted });
  await gate.after(hocuspocus, arrival.frame);
  return progress;
}

function accept(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  { frame, readAtMs, unprompted }: Arrived,
): Progress | Promise<Progress> {
  const { limits, store } = host.context;
  if (frame.kind !== 'presence') {
    if (isLarge(frame.update)) return acceptLarge(host, connection, state, frame, readAtMs);
    const verdict = ingest(connection, state, frame, store, limits, readAtMs);
    if (verdict === 'later') return acceptLarge(host, connection, state, frame, readAtMs);
    return act(host, connection, verdict);
  }
  try {
    hearPresence(connection, state.owner, frame.presence, presenceLimits(host, state), unprompted);
    return 'go on';
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    connection.closeSession(closeCodes.badFrame);
    return 'stop';
  }
}

function presenceLimits({ context: { limits } }: FrameHost, { owner }: Established): PresenceLimits {
  const { maxPresenceEntries: maxEntries, maxPresenceStateBytes: maxStateBytes } = limits;
  return limitsOfMessage(owner, { maxEntries, maxStateBytes });
}

function acceptLarge(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  frame: ContentFrame,
  readAtMs: number | null,
): Progress | Promise<Progress> {
  const { context } = host;
  const sender: Sender = {
    party: partyOf(state.grant.user.id, host.remoteAddress),
    // As with a small one, what came before its sender was gone is taken in; of who was put out, nothing is any more.
    isWanted: () =>
      state.owner.isOpen && !connection.isPutOut && (connection.state === state || connection.hasLeft || host.isOver),
  };
  if (state.grant.canWrite || frame.kind !== 'step-2') {
    return obey(host, connection, ingestLarge(connection, state, frame, context, readAtMs, sender));
  }
  const { length } = frame.update;
  if (!host.beginWaiting(length)) return 'stop';
  const answer = answerReader(connection, state, frame.update, context.slicing, readAtMs, sender);
  return obey(host, connection, answer).finally(() => host.endWaiting(length));
}

async function obey(
  host: FrameHost,
  connection: DocumentConnection,
  judged: Promise<Verdict | null>,
): Promise<Progress> {
  const verdict = await judged;
  return verdict === null ? 'stop' : act(host, connection, verdict);
}

function act({ context: { meters } }: FrameHost, connection: DocumentConnection, verdict: Verdict): Progress {
  switch (verdict.kind) {
    case 'accepted':
      return 'go on';
    case 'read-only':
      meters?.editRefused('read-only');
      if (!connection.hasLeft) connection.say({ kind: 'receipt', durable: false });
      return 'go on';
    case 'refused':
      meters?.editRefused(verdict.code.name);
      // Who has left may be back under the same address, and this is not about what they do there now.
      if (verdict.scope === 'session') connection.closeSession(verdict.code);
      else if (!connection.hasLeft) connection.closeDocument(verdict.code);
      return 'stop';
    default:
      return verdict satisfies never;
  }
}
