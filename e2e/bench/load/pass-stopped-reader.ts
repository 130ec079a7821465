import { randomInt } from 'node:crypto';
import * as Y from 'yjs';
import { createDialect } from './dialects.ts';
import { collectGarbage } from './inspector.ts';
import { pause } from './pause.ts';
import type { Person } from './person.ts';
import { enter } from './seed.ts';
import { readMemoryBytes } from './server-usage.ts';
import type { Target } from './target.ts';

export interface PassStoppedReader {
  /** What is broadcast before anything is measured, and then again past somebody who does not read. */
  readonly bytes: number;
  readonly valueBytes: number;
  /** Between two looks at the server's memory. */
  readonly bytesPerLook: number;
  /** How long who was stopped reads again before it is asked how they were left. */
  readonly readAgainMs: number;
}

export interface StoppedReaderReadings {
  /** At the most, above what it was before. */
  readonly grewBytes: number;
  /** 1 where who does not read was cut off, 0 where the server goes on keeping things for them. */
  readonly cutOff: number;
  /** The longest that a value took to somebody who reads. */
  readonly othersMaxMs: number;
}

const DOCUMENT = 'bench/busy';

/** One writes, one reads, and one has stopped reading: what the server keeps for them is what its process grows by. */
export async function passStoppedReader(target: Target, task: PassStoppedReader): Promise<StoppedReaderReadings> {
  const { inspectorUrl, pid } = target;
  if (inspectorUrl === null) throw new Error('memory is read through an inspector');
  const readMemory = async (): Promise<number> => {
    await collectGarbage(inspectorUrl);
    return readMemoryBytes(pid);
  };
  const writer = await enter(target, DOCUMENT);
  const reader = await enter(target, DOCUMENT);
  const values = createValues(task.valueBytes);
  const frameOf = createDialect(target).update;
  let sentBytes = 0;
  /** Each value when the one before has arrived: nothing is joined, and nothing waits for who reads. */
  const broadcast = async (bytes: number): Promise<number> => {
    let longestMs = 0;
    for (const end = sentBytes + bytes; sentBytes < end; sentBytes += task.valueBytes) {
      const sentAt = performance.now();
      writer.write(frameOf(DOCUMENT, values()));
      await reader.content(sentBytes + task.valueBytes);
      longestMs = Math.max(longestMs, performance.now() - sentAt);
    }
    return longestMs;
  };

  await broadcast(task.bytes);
  const before = await readMemory();
  const stopped = await enter(target, DOCUMENT);
  stopped.stopReading();
  let grewBytes = 0;
  let othersMaxMs = 0;
  for (let passed = 0; passed < task.bytes; passed += task.bytesPerLook) {
    othersMaxMs = Math.max(othersMaxMs, await broadcast(task.bytesPerLook));
    grewBytes = Math.max(grewBytes, (await readMemory()) - before);
  }
  const cutOff = (await isCutOff(stopped, task.readAgainMs)) ? 1 : 0;
  for (const person of [writer, reader, stopped]) person.leave();
  return { grewBytes, cutOff, othersMaxMs };
}

/** What the system keeps for somebody comes first, then how they were left. */
async function isCutOff(person: Person<null>, readAgainMs: number): Promise<boolean> {
  person.readOn();
  await pause(readAgainMs);
  return person.ending !== null;
}

/** Each replaces, and so deletes, the one before: the document stays small. */
function createValues(bytes: number): () => Uint8Array {
  const doc = new Y.Doc();
  // Whoever used the document before knows other clients.
  doc.clientID = randomInt(1, 2 ** 31);
  const values = doc.getMap<Uint8Array>('values');
  let count = 0;
  return () => {
    count += 1;
    let update: Uint8Array | null = null;
    doc.once('update', (made: Uint8Array) => {
      update = made;
    });
    values.set('one', new Uint8Array(bytes).fill(count));
    if (update === null) throw new Error('nothing was written');
    return update;
  };
}
