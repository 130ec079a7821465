import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { belongsToTheDead, holdsTheDead } from './former-lives.ts';
import { inspectUpdate } from './update-inspection.ts';

const tombstone = new Map([[9, 2]]);

/** A copy of a document in which client 9 wrote "old", opened by another client. */
function copyOfTheDead(clientID: number): Y.Doc {
  const writer = Object.assign(new Y.Doc(), { clientID: 9 });
  writer.getText('body').insert(0, 'old');
  const copy = Object.assign(new Y.Doc(), { clientID });
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(writer));
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

describe('an update from an earlier life', () => {
  it.each<[string, Uint8Array]>([
    ['what that life had', Y.encodeStateAsUpdate(copyOfTheDead(10))],
    ['what its writer wrote since, at the root of an empty type', updateOf(copyOfTheDead(9), writeElsewhere)],
    ['what somebody wrote between its letters', updateOf(copyOfTheDead(10), (doc) => doc.getText('body').insert(1, 'x'))],
    ['a deletion in it', updateOf(copyOfTheDead(10), (doc) => doc.getText('body').delete(0, 1))],
  ])('[R14] is known by %s', (_, update) => {
    expect(isDead(update)).toBe(true);
  });

  it('[R14] is known by what builds on what its writer wrote after its end, and never sent', () => {
    const copy = copyOfTheDead(9);
    copy.getText('notes').insert(0, 'unsent');
    const reader = Object.assign(new Y.Doc(), { clientID: 10 });
    Y.applyUpdate(reader, Y.encodeStateAsUpdate(copy));
    expect(isDead(updateOf(reader, (doc) => doc.getText('notes').insert(6, '!')))).toBe(true);
  });

  it('is not mistaken: what strangers write belongs to the present', () => {
    const stranger = Object.assign(new Y.Doc(), { clientID: 10 });
    expect(isDead(updateOf(stranger, writeElsewhere))).toBe(false);
    expect(belongsToTheDead(inspectUpdate(Y.encodeStateAsUpdate(copyOfTheDead(10))), new Map())).toBe(false);
  });
});

describe('a state vector', () => {
  it('[R14] tells whether its client holds anything of an earlier life', () => {
    const copy = copyOfTheDead(10);
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
