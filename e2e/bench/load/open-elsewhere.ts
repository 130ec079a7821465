import { pause } from './pause.ts';
import { createContent, createLoner, writeContent } from './seed.ts';
import type { Target } from './target.ts';

export interface OpenElsewhere {
  readonly other: Target;
  readonly documents: number;
  readonly contentBytes: number;
  /** From when the last has left until the other node is asked. */
  readonly letGoMs: number;
  /** How long a document may take to be there. */
  readonly patienceMs: number;
}

export interface ElsewhereReadings {
  readonly whole: number;
  /** The longest of those that were whole; null where none was. */
  readonly openMs: number | null;
}

/** A server may encode the same content a little shorter than it was sent. */
const WHOLE = 0.95;

/** Documents that were written at one node and that nobody has open, opened at the other one. */
export async function openElsewhere(target: Target, task: OpenElsewhere): Promise<ElsewhereReadings> {
  const content = createContent(task.contentBytes);
  const documents = Array.from({ length: task.documents }, (_, index) => `bench/elsewhere-${index}`);
  for (const document of documents) await writeContent(target, document, content);
  await pause(task.letGoMs);
  const times: number[] = [];
  for (const document of documents) {
    const openMs = await openOne(task, document, content.length);
    if (openMs !== null) times.push(openMs);
  }
  return { whole: times.length, openMs: times.length === 0 ? null : Math.max(...times) };
}

/** Null when it did not have all of it in time. */
async function openOne(
  { other, patienceMs }: OpenElsewhere,
  document: string,
  contentBytes: number,
): Promise<number | null> {
  const person = createLoner(other, document);
  const beganAt = performance.now();
  const whole = person.join().then(() => person.content(contentBytes * WHOLE));
  try {
    return await Promise.race([whole.then(() => performance.now() - beganAt), pause(patienceMs).then(() => null)]);
  } finally {
    person.leave();
  }
}
