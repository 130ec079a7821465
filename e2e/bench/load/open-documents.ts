import { collectGarbage } from './inspector.ts';
import { pause } from './pause.ts';
import type { Person } from './person.ts';
import { createContent, enter, writeContent } from './seed.ts';
import { readMemoryBytes } from './server-usage.ts';
import type { Target } from './target.ts';

export interface OpenDocuments {
  readonly documents: number;
  readonly contentBytes: number;
  readonly warmUpDocuments: number;
}

export interface OpenDocumentsReadings {
  /** With the one connection that holds it open. */
  readonly bytesPerDocument: number;
}

/** How many documents are opened and filled side by side. */
const CONCURRENT = 16;
const SETTLE_MS = 500;

/** Holds documents open, each with one client that does nothing, while others fill them and leave. */
export async function openDocuments(target: Target, task: OpenDocuments): Promise<OpenDocumentsReadings> {
  const { inspectorUrl, pid } = target;
  if (inspectorUrl === null) throw new Error('memory is read through an inspector');
  const content = createContent(task.contentBytes);
  const warm = await fillAndHold(target, 'warm', task.warmUpDocuments, content);
  await collectGarbage(inspectorUrl);
  const before = readMemoryBytes(pid);
  const held = await fillAndHold(target, 'open', task.documents, content);
  await pause(SETTLE_MS);
  await collectGarbage(inspectorUrl);
  const bytesPerDocument = (readMemoryBytes(pid) - before) / task.documents;
  for (const person of [...warm, ...held]) person.leave();
  return { bytesPerDocument };
}

async function fillAndHold(target: Target, name: string, count: number, content: Uint8Array): Promise<Person<null>[]> {
  const held: Person<null>[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const document = `bench/${name}-${index}`;
      held.push(await enter(target, document));
      await writeContent(target, document, content);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
  return held;
}
