import type { DocumentInfo, DocumentName } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { parseContent } from '../content/content-formats.ts';
import { createTurns } from '../turns.ts';
import { createContents, type LiveDocuments } from './contents.ts';

const plan = 'plan' as DocumentName;
const never = new Date(0).toISOString();
const info: DocumentInfo = { name: plan, title: '', created: never, edited: never, size: 0, damaged: false };
const text = parseContent('text', 'hello\n');

/** Documents whose edits end when they are told to. */
function createHeld() {
  const ends: (() => void)[] = [];
  const nobody = (): never => {
    throw new Error('nobody asks for this here');
  };
  const live: LiveDocuments = {
    edit: () => new Promise<void>((resolve) => ends.push(resolve)),
    read: nobody,
    bring: nobody,
    people: nobody,
    sessions: nobody,
    endSession: nobody,
  };
  const documents = { get: async () => info, getAnyway: async () => info };
  return { contents: createContents({ documents, live, takeTurn: createTurns() }), ends };
}

describe('[G4] what is written to a document over HTTP', () => {
  it('waits for its turn, so much of it and no more; other documents do not', async () => {
    const { contents, ends } = createHeld();
    const written = Array.from({ length: 16 }, () => contents.replace(plan, text, 'ada'));
    await expect(contents.replace(plan, text, 'ada')).rejects.toMatchObject({ code: 'overloaded' });
    const other = contents.replace('other' as DocumentName, text, 'ada');
    const all = Promise.all([...written, other]);
    let ended = 0;
    while (ended < 17) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      for (const end of ends.splice(0)) {
        ended += 1;
        end();
      }
    }
    await all;
    const later = contents.replace(plan, text, 'ada');
    while (ends.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    ends[0]?.();
    await later;
  });
});
