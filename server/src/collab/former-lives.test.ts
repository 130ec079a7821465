import { type Entry, FIRST_EPOCH, nextEpoch } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { belongsToTheDead, Graveyard, holdsTheDead, isNameOfLater, latestLifeIn, nameEpoch } from './former-lives.ts';
import { inspectUpdate } from './update-inspection.ts';

const tombstone = new Map([[9, 2]]);

/** The page of client 9, who wrote "old". */
function pageOfTheDead(): Y.Doc {
  const writer = Object.assign(new Y.Doc(), { clientID: 9 });
  writer.getText('body').insert(0, 'old');
  return writer;
}

/** The page of somebody who has it all, by another client. */
function copyOfTheDead(original = pageOfTheDead()): Y.Doc {
  const copy = Object.assign(new Y.Doc(), { clientID: 10 });
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(original));
  return copy;
}

/** What a change adds to a document, as a provider sends it. */
function updateOf(doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.transact(() => change(doc));
  const [update] = updates;
  if (update === undefined) throw new Error('a change expected');
  return update;
}

const isDead = (update: Uint8Array): boolean => belongsToTheDead(inspectUpdate(update), tombstone);

const signs: readonly (readonly [string, Uint8Array])[] = [
  ['what that life had', Y.encodeStateAsUpdate(copyOfTheDead())],
  ['what its writer wrote since, at the root of an empty type', updateOf(pageOfTheDead(), writeElsewhere)],
  ['what somebody wrote between its letters', updateOf(copyOfTheDead(), (doc) => doc.getText('body').insert(1, 'x'))],
  ['a deletion in it', updateOf(copyOfTheDead(), (doc) => doc.getText('body').delete(0, 1))],
];

describe('an update from an earlier life', () => {
  it.each(signs)('[R14] is known by %s', (_, update) => {
    expect(isDead(update)).toBe(true);
  });

  it('[R14] is known by what builds on what its writer wrote after its end, and never sent', () => {
    const page = pageOfTheDead();
    page.getText('notes').insert(0, 'unsent');
    const reader = copyOfTheDead(page);
    expect(isDead(updateOf(reader, (doc) => doc.getText('notes').insert(6, '!')))).toBe(true);
  });

  it('is not mistaken: what strangers write belongs to the present', () => {
    const stranger = Object.assign(new Y.Doc(), { clientID: 10 });
    expect(isDead(updateOf(stranger, writeElsewhere))).toBe(false);
    expect(belongsToTheDead(inspectUpdate(Y.encodeStateAsUpdate(copyOfTheDead())), new Map())).toBe(false);
  });
});

describe('a state vector', () => {
  it('[R14] tells whether its client holds anything of an earlier life', () => {
    const copy = copyOfTheDead();
    copy.getText('body').insert(0, 'x');
    expect(holdsTheDead(Y.encodeStateVector(copy), tombstone)).toBe(true);
    expect(holdsTheDead(Y.encodeStateVector(new Map([[10, 1]])), tombstone)).toBe(false);
    expect(holdsTheDead(Y.encodeStateVector(new Map()), tombstone)).toBe(false);
    expect(holdsTheDead(Y.encodeStateVector(new Map([[9, 1]])), new Map())).toBe(false);
  });
});

function writeElsewhere(doc: Y.Doc): void {
  doc.getText('notes').insert(0, 'x');
}

describe('[R14] a tombstone in memory', () => {
  const entryOf = (...updates: Uint8Array[]): Entry => ({
    id: { incarnation: '00000000000000aa', sequence: 1 },
    document: 'plan',
    epoch: FIRST_EPOCH,
    time: 1,
    updates: updates.map((update) => ({ author: '', update })),
  });
  const dead = Y.encodeStateAsUpdate(pageOfTheDead());

  it('learns what other nodes had let into an earlier life, by entries and by what stands for them', () => {
    const graveyard = new Graveyard(new Y.Doc(), new Map([[5, 1]]));
    graveyard.bury([entryOf(dead)], []);
    const by = nextEpoch(FIRST_EPOCH);
    const standIn = { ...entryOf(), buried: { by, tombstone: new Uint8Array([1, 7, 4]) } };
    graveyard.bury([standIn], []);
    expect(graveyard.clocks).toEqual(
      new Map([
        [5, 1],
        [9, 3],
        [7, 4],
      ]),
    );
    expect(latestLifeIn(standIn)).toEqual(by);
  });

  it('has nobody in it who writes in the present life: in the document, waiting there, or on the way', () => {
    const writes = (client: number, clock: number): Uint8Array => {
      const doc = Object.assign(new Y.Doc(), { clientID: client });
      doc.getText('body').insert(0, 'ab');
      return Y.encodeStateAsUpdate(doc, new Uint8Array([1, client, clock]));
    };
    const stored = new Map([1, 2, 3].map((client) => [client, 1]));
    const document = new Y.Doc();
    Y.applyUpdate(document, writes(1, 0));
    Y.applyUpdate(document, writes(2, 1)); // its beginning is missing
    expect([...new Graveyard(document, stored).clocks.keys()]).toEqual([3]);

    const graveyard = new Graveyard(document, new Map());
    graveyard.bury(
      [entryOf(...[1, 2, 3, 4].map((client) => writes(client, 0)))],
      [{ author: '', update: writes(4, 0) }],
    );
    expect([...graveyard.clocks.keys()]).toEqual([3]);
    graveyard.spare([{ client: 3 }]);
    expect(graveyard.clocks.size).toBe(0);
  });
});

it('[R14] the name of a life says whether it is later than another, and what is none says nothing', () => {
  const second = nextEpoch(FIRST_EPOCH);
  expect(isNameOfLater(nameEpoch(second), FIRST_EPOCH)).toBe(true);
  expect(isNameOfLater(nameEpoch({ count: 2, id: 'f'.repeat(16) }), { count: 2, id: 'e'.repeat(16) })).toBe(true);
  for (const name of [nameEpoch(FIRST_EPOCH), '', 'nonsense', `9-${'f'.repeat(15)}`, `x9-${'f'.repeat(16)}`]) {
    expect(isNameOfLater(name, FIRST_EPOCH)).toBe(false);
  }
});
