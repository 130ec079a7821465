import type { DocumentInfo, DocumentName } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Grant } from '../auth/authenticator.ts';
import { parseContent } from '../content/content-formats.ts';
import { ApiError } from '../problems.ts';
import { makeDialogue } from '../testing/made-up-updates.ts';
import { createTurns } from '../turns.ts';
import { createContents, type LiveDocuments } from './contents.ts';

const plan = 'plan' as DocumentName;
const never = new Date(0).toISOString();
const info: DocumentInfo = { name: plan, title: '', created: never, edited: never, size: 0, damaged: false };
const text = parseContent('text', 'hello\n');

interface HeldParts extends Pick<LiveDocuments, 'read' | 'bring'> {
  isThere(name: DocumentName): boolean;
}

/** Documents whose edits end when they are told to. */
function createHeld({ isThere = () => true, ...parts }: Partial<HeldParts> = {}) {
  const ends: (() => void)[] = [];
  const nobody = (): never => {
    throw new Error('nobody asks for this here');
  };
  const live: LiveDocuments = {
    edit: () => new Promise<void>((resolve) => ends.push(resolve)),
    read: nobody,
    bring: nobody,
    people: nobody,
    peopleHere: nobody,
    sessions: nobody,
    endSession: nobody,
    ...parts,
  };
  const get = async (name: DocumentName) => {
    if (isThere(name)) return info;
    throw new ApiError('unknown-document', 'nothing is called so');
  };
  const documents = { get, getAnyway: get };
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

describe('[G4] copies of a document', () => {
  it('are made so many at once and no more, whatever they are called: of others nothing is read', async () => {
    const grant: Grant = { role: 'editor', canWrite: true, user: { id: 'ada', name: null }, expiresAt: null };
    const copied = new Set<DocumentName>();
    const ends: (() => void)[] = [];
    let reads = 0;
    const { contents } = createHeld({
      read: async (_, look) => {
        reads += 1;
        return look(new Y.Doc());
      },
      bring: (name) =>
        new Promise<void>((resolve) => {
          ends.push(() => {
            copied.add(name);
            resolve();
          });
        }),
      isThere: (name) => name === plan || copied.has(name),
    });
    const copy = (name: string) =>
      contents.copy(plan, { name: name as DocumentName }, { grant, remoteAddress: '127.0.0.1' });
    const all = Promise.all(Array.from({ length: 16 }, (_, at) => copy(`copy-${at}`)));
    await expect(copy('one-more')).rejects.toMatchObject({ code: 'overloaded' });
    while (ends.length < 16) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(reads).toBe(16);
    for (const end of ends.splice(0)) end();
    expect(await all).toHaveLength(16);
    const later = copy('one-more');
    while (ends.length === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    ends[0]?.();
    await later;
  });

  it('are drafted in slices where they are large: others go on, and all of it is copied', async () => {
    const grant: Grant = { role: 'editor', canWrite: true, user: { id: 'ada', name: null }, expiresAt: null };
    const original = new Y.Doc();
    Y.applyUpdate(original, makeDialogue(1, 2, 20_000));
    const copied = new Y.Doc();
    let [isBeing, turns] = [true, 0];
    const { contents } = createHeld({
      read: async (_, look) => look(original),
      bring: async (_, __, { update }) => {
        isBeing = false;
        Y.applyUpdate(copied, update);
      },
      isThere: (name) => name === plan || !isBeing,
    });
    const others = (async () => {
      for (; isBeing; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    })();
    await contents.copy(plan, { name: 'large' as DocumentName }, { grant, remoteAddress: '127.0.0.1' });
    await others;
    expect(turns).toBeGreaterThan(10);
    expect(copied.getText('body').toString()).toBe(original.getText('body').toString());
  });
});
