import { type ClientFrame, closeCodes } from '@quire/protocol';
import { type ClientHoldings, countClients, readHoldings } from './client-holdings.ts';
import { throughGate } from './content-intake.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { knowsNothing } from './encoded-state.ts';
import { holdsTheDead } from './former-lives.ts';
import { copyOf, weigh } from './frame-bytes.ts';
import type { Established, FrameHost, Progress } from './session-context.ts';

type StepOne = Extract<ClientFrame, { kind: 'step-1' }>;

/** A client asks for what it lacks. @returns a promise where hooks want to see that */
export function takeStepOne(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  frame: StepOne,
): Progress | Promise<Progress> {
  if (host.context.gate === null) {
    answer(host, connection, state, frame);
    return 'go on';
  }
  const own = copyOf(frame);
  return throughGate(host, connection, weigh(own), async () => {
    answer(host, connection, state, own);
    // Hocuspocus answers later, and whether the next one is passed to it depends on whether the socket takes that.
    await state.hocuspocus?.waitForPendingMessages();
    return 'go on';
  });
}

function answer(host: FrameHost, connection: DocumentConnection, state: Established, frame: StepOne): void {
  const stateVector = beginHandshake(host, connection, state, new Uint8Array(frame.stateVector));
  if (stateVector === null) return;
  if (host.port.isBehind) keepStepOne(host, connection, state, stateVector);
  else sendStepTwo(host, connection, state, stateVector);
}

/** @returns what is to be answered of somebody who may go on; null otherwise, and the connection has ended */
function beginHandshake(
  host: FrameHost,
  connection: DocumentConnection,
  { owner }: Established,
  stateVector: Uint8Array,
): Uint8Array | null {
  const holdings = readStepOne(host, connection, owner, stateVector);
  if (holdings === null) return null;
  const before = connection.ledger.keptBytes;
  connection.ledger.beginHandshake(holdings.ahead);
  const added = connection.ledger.keptBytes - before;
  const hasRoom = added <= 0 || host.hasRoomToKeep(added);
  host.countWaiting(0, added);
  if (!hasRoom) {
    connection.closeSession(closeCodes.overloaded);
    return null;
  }
  // Of a document without content nobody has anything: whoever comes may have been there.
  if (!knowsNothing(stateVector) || owner.document.store.clients.size === 0) {
    owner.presence.comesBack(connection);
    owner.stragglers.welcome(connection);
    owner.presenceChanged();
  }
  return holdings.stateVector;
}

/** @returns what somebody has who may go on; null otherwise, and the connection has ended */
export function readStepOne(
  { context: { limits } }: FrameHost,
  connection: DocumentConnection,
  { document, tombstone }: DocumentOwner,
  stateVector: Uint8Array,
): ClientHoldings | null {
  try {
    const clients = countClients(stateVector);
    if (clients > limits.maxUpdateParts) {
      connection.closeSession(closeCodes.updateTooComplex);
      return null;
    }
    // First: whoever comes with another life of the document may have any number of its clients.
    if (holdsTheDead(stateVector, tombstone)) {
      connection.closeDocument(closeCodes.staleEpoch);
      return null;
    }
    const holdings = readHoldings(stateVector, document);
    if (holdings === null) connection.closeSession(closeCodes.updateTooComplex);
    return holdings;
  } catch {
    // lib0 throws plain errors for bytes that are not a state vector; the frame is at fault, whatever they say.
    connection.closeSession(closeCodes.badFrame);
    return null;
  }
}

export function sendStepTwo(
  host: FrameHost,
  connection: DocumentConnection,
  { owner }: Established,
  stateVector: Uint8Array,
): void {
  owner.stragglers.passOver(connection);
  if (host.context.gate !== null) {
    host.pass(connection, { kind: 'step-1', stateVector }); // hooks on messages want to see it; Hocuspocus answers
    return;
  }
  const { stepOne, stepTwo } = owner.encoded.answer(stateVector);
  connection.send(stepOne, stepTwo);
}

/** It was answered while the document was being loaded: what is left is to ask in return, and what was edited since. */
export function completeAnswer(
  host: FrameHost,
  connection: DocumentConnection,
  state: Established,
  frame: StepOne,
): void {
  if (beginHandshake(host, connection, state, frame.stateVector) === null) return;
  const { encoded } = state.owner;
  if (encoded.isAsLoaded) connection.send(encoded.stepOne);
  else if (host.port.isBehind) keepStepOne(host, connection, state, encoded.loadedVector);
  else sendStepTwo(host, connection, state, encoded.loadedVector);
}

/**
 * Ten bytes ask for a whole document: while the socket has not taken what it was given, no other step 2 is made for it,
 * and of what is asked meanwhile only the latest is answered (R15).
 */
function keepStepOne(
  host: FrameHost,
  connection: DocumentConnection,
  { owner }: Established,
  stateVector: Uint8Array,
): void {
  takeKeptStepOne(host, connection);
  if (!host.hasRoomToWait(stateVector.length)) {
    host.port.close(closeCodes.overloaded);
    return;
  }
  host.countWaiting(1, stateVector.length);
  owner.stragglers.note(connection).stepOne = stateVector;
}

export function takeKeptStepOne(host: FrameHost, { backlog }: DocumentConnection): Uint8Array | null {
  const stepOne = backlog?.stepOne ?? null;
  if (backlog === null || stepOne === null) return null;
  backlog.stepOne = null;
  host.countWaiting(-1, -stepOne.length);
  return stepOne;
}
