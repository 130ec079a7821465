import type * as Y from 'yjs';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import type { Participant } from '../participant.ts';
import type { Stage } from '../stage.ts';

const MIB = 2 ** 20;
/** Below what servers look at with special care; large enough that few frames fill whatever there is in between. */
const VALUE_BYTES = MIB / 8;
/** Values on their way to the witness: less than any server would queue up for a writer who goes on and on. */
const IN_FLIGHT = 8;
/** Both kernels in between take several megabytes for somebody who reads nothing: a server notices beyond that. */
const STALLING_BYTES = 12 * MIB;
const STOPPED_BYTES = 32 * MIB;
/** What was kept for who stopped reading; both kernels' part is in it. */
const MAY_BE_KEPT_BYTES = STOPPED_BYTES / 2;
/** In which the last value has to arrive at who reads; a server that is stalled takes forever. */
const WITNESS_WITHIN_MS = 20_000;

const slowReader: Check = {
  id: 'slow-reader',
  guarantee: 'G4',
  title: 'Who stops reading holds up nobody else',
  does: `dan stops reading his socket; ada replaces a value of ${VALUE_BYTES / 1024} KB until ${STALLING_BYTES / MIB} MB have been broadcast`,
  passes: 'ben gets each of them meanwhile',
  async run(stage) {
    await floodPastStopped(stage, STALLING_BYTES);
  },
};

const stoppedReader: Check = {
  id: 'stopped-reader',
  guarantee: 'G4',
  title: 'What is kept for who stops reading has a limit',
  does: `as above, until ${STOPPED_BYTES / MIB} MB have been broadcast; then dan reads on`,
  passes: `he was let go meanwhile, or gets less than ${MAY_BE_KEPT_BYTES / MIB} MB of it, as somebody who is sent the latest state does`,
  async run(stage) {
    const dan = await floodPastStopped(stage, STOPPED_BYTES);
    const before = bytesHeardBy(dan);
    dan.line.socket.resume();
    const all = (): number => bytesHeardBy(dan) - before;
    await stage.expect({
      sent: `${STOPPED_BYTES / MIB} MB while dan did not read, and then he does`,
      expected: 'the latest of it, or the end of his connection',
      until: () => dan.end !== null || lastNumber(dan) === STOPPED_BYTES / VALUE_BYTES,
      came: () => `${megabytes(all())}, with value ${lastNumber(dan)}`,
      withinMs: WITNESS_WITHIN_MS,
    });
    if (dan.end !== null || all() < MAY_BE_KEPT_BYTES) return;
    throw new CheckFailure({
      sent: `${STOPPED_BYTES / MIB} MB while dan did not read`,
      expected: `that he is let go, or that less than ${MAY_BE_KEPT_BYTES / MIB} MB are kept for him`,
      came: `${megabytes(all())} were, and he was sent them when he read on`,
    });
  },
};

/** @returns who has stopped reading */
async function floodPastStopped(stage: Stage, bytes: number): Promise<Participant> {
  const document = stage.document();
  const ada = await stage.join(document, { name: 'ada' });
  const ben = await stage.join(document, { name: 'ben' });
  const dan = await stage.join(document, { name: 'dan' });
  dan.line.socket.pause();
  const count = bytes / VALUE_BYTES;
  for (let number = 1; number <= count; number += 1) {
    await stage.expect({
      sent: `value ${number - 1} of ${count}, while dan does not read`,
      expected: 'that ben gets on with them',
      until: () => number - lastNumber(ben) <= IN_FLIGHT,
      came: () => ben.end ?? `he had got value ${lastNumber(ben)}`,
      withinMs: WITNESS_WITHIN_MS,
    });
    // Each replaces, and so deletes, the one before: the document stays small.
    ada.edit((doc) => {
      valuesOf(doc).set('value', new Uint8Array(VALUE_BYTES).fill(number));
      valuesOf(doc).set('number', number);
    });
  }
  await stage.expectSame(`${count} values, while dan does not read`, [ada, ben], WITNESS_WITHIN_MS);
  return dan;
}

function valuesOf(doc: Y.Doc): Y.Map<Uint8Array | number> {
  return doc.getMap('values');
}

function lastNumber({ doc }: Participant): number {
  return Number(valuesOf(doc).get('number') ?? 0);
}

function bytesHeardBy({ line }: Participant): number {
  return line.socket.frames.reduce((sum, frame) => sum + frame.length, 0);
}

const megabytes = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MB`;

export const slowReaderChecks: readonly Check[] = [slowReader, stoppedReader];
