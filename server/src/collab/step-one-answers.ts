import { type ClientFrame, closeCodes } from '@quire/protocol';
import { createDecoder, readVarUint } from 'lib0/decoding';
import * as Y from 'yjs';
import { throughGate } from './content-intake.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
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
  const stateVector = new Uint8Array(frame.stateVector);
  if (!beginHandshake(host, connection, state, stateVector)) return;
  if (host.port.isBehind) keepStepOne(host, connection, state, stateVector);
  else sendStepTwo(host, connection, state, stateVector);
}

/** @returns whether it is the state vector of somebody who may go on; otherwise the connection ends */
export function beginHandshake(
  host: FrameHost,
  connection: DocumentConnection,
  { owner }: Established,
  stateVector: Uint8Array,
): boolean {
  const known = readStepOne(host, connection, owner, stateVector);
  if (known === null) return false;
  connection.ledger.beginHandshake(known);
  if (known.size > 0) owner.presence.comesBack(connection);
  return true;
}

/** @returns what somebody knows who may go on; null otherwise, and the connection has ended */
export function readStepOne(
  { context: { limits } }: FrameHost,
  connection: DocumentConnection,
  owner: DocumentOwner,
  stateVector: Uint8Array,
): ReadonlyMap<number, number> | null {
  let known: ReadonlyMap<number, number>;
  try {
    if (readVarUint(createDecoder(stateVector)) > limits.maxUpdateParts) {
      connection.closeSession(closeCodes.updateTooComplex);
      return null;
    }
    known = Y.decodeStateVector(stateVector);
  } catch {
    // lib0 throws plain errors for bytes that are not a state vector; the frame is at fault, whatever they say.
    connection.closeSession(closeCodes.badFrame);
    return null;
  }
  if (holdsTheDead(known, owner.tombstone)) {
    connection.closeDocument(closeCodes.staleEpoch);
    return null;
  }
  return known;
}

export function sendStepTwo(
  { admission, context }: FrameHost,
  connection: DocumentConnection,
  { owner }: Established,
  stateVector: Uint8Array,
): void {
  owner.stragglers.passOver(connection);
  if (context.gate !== null) {
    admission.pass(connection, { kind: 'step-1', stateVector }); // hooks on messages want to see it; Hocuspocus answers
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
  if (!beginHandshake(host, connection, state, frame.stateVector)) return;
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
