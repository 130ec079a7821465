import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { belongsToTheDead, holdsTheDead } from './former-lives.ts';
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
    expect(holdsTheDead(Y.decodeStateVector(Y.encodeStateVector(copy)), tombstone)).toBe(true);
    expect(holdsTheDead(new Map([[10, 1]]), tombstone)).toBe(false);
    expect(holdsTheDead(new Map(), tombstone)).toBe(false);
    expect(holdsTheDead(new Map([[9, 1]]), new Map())).toBe(false);
  });
});

function writeElsewhere(doc: Y.Doc): void {
  doc.getText('notes').insert(0, 'x');
}
