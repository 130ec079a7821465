import { closeCodes, THREADS_MAP } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeUpdate } from '../testing/made-up-updates.ts';
import { findCompanionFault } from './companion-rules.ts';
import { type InspectedUpdate, inspectUpdate } from './update-inspection.ts';

const SERVER = 2 ** 40;

function findFault(document: Y.Doc, news: InspectedUpdate, isStored = true, hasPeers = false) {
  const clockOf = (client: number): number => Y.getState(document.store, client);
  return findCompanionFault({ document, serverClient: { id: SERVER }, hasPeers, clockOf }, { isStored }, news);
}

/** Comments as they are on the server, with a thread and with something of a client's own. */
function createCompanion(): Y.Doc {
  const doc = new Y.Doc();
  const comment = new Y.Map<unknown>([['text', 'hello']]);
  const thread = new Y.Map<unknown>([
    ['quote', 'words'],
    ['comments', Y.Array.from([comment])],
  ]);
  doc.getMap(THREADS_MAP).set('one', thread);
  doc.getMap(THREADS_MAP).set('gone', new Y.Map());
  doc.getMap(THREADS_MAP).delete('gone');
  doc.getText('draft').insert(0, 'mine');
  doc.getMap('own').set('key', new Y.Map([['inner', 1]]));
  return doc;
}

/** What a client that has it all would send. */
function change(companion: Y.Doc, make: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(companion));
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  make(doc);
  return Y.mergeUpdates(updates);
}

const threadIn = (doc: Y.Doc) => doc.getMap(THREADS_MAP).get('one') as Y.Map<unknown>;
const commentsIn = (doc: Y.Doc) => threadIn(doc).get('comments') as Y.Array<Y.Map<unknown>>;

describe('what a client writes into the comments on a document', () => {
  it.each<[string, (doc: Y.Doc) => void]>([
    ['a thread', (doc) => doc.getMap(THREADS_MAP).set('two', new Y.Map([['quote', 'x']]))],
    ['a plain value for a thread', (doc) => doc.getMap(THREADS_MAP).set('two', 'x')],
    ['a thread in the place of another', (doc) => doc.getMap(THREADS_MAP).set('one', new Y.Map())],
    ['a thread in the place of one that is gone', (doc) => doc.getMap(THREADS_MAP).set('gone', new Y.Map())],
    ['the removal of a thread', (doc) => doc.getMap(THREADS_MAP).delete('one')],
    ['a field of a thread', (doc) => threadIn(doc).set('author', 'ada')],
    ['another value for a field', (doc) => threadIn(doc).set('quote', 'others')],
    ['the removal of a field', (doc) => threadIn(doc).delete('quote')],
    ['a comment', (doc) => commentsIn(doc).push([new Y.Map([['text', 'forged']])])],
    ['a comment before another', (doc) => commentsIn(doc).insert(0, [new Y.Map()])],
    ['another text for a comment', (doc) => commentsIn(doc).get(0).set('text', 'forged')],
    ['the removal of a comment', (doc) => commentsIn(doc).delete(0)],
    ['a thread as a list', (doc) => doc.getArray(THREADS_MAP).push(['x'])],
    [
      'a thread among much else',
      (doc) =>
        doc.transact(() => {
          doc.getText('draft').insert(4, ' and more');
          commentsIn(doc).delete(0);
          doc.getMap('own').set('other', 1);
        }),
    ],
  ])('[G6] changes nothing of what the server wrote there: not %s', (_, make) => {
    const companion = createCompanion();
    const news = inspectUpdate(change(companion, make));
    expect(findFault(companion, news)).toBe(closeCodes.writtenByServer);
  });

  it('[G6] is no thread either where there is none yet', () => {
    const news = inspectUpdate(change(new Y.Doc(), (doc) => doc.getMap(THREADS_MAP).set('one', 1)));
    expect(findFault(new Y.Doc(), news)).toBe(closeCodes.writtenByServer);
  });

  it.each<[string, (doc: Y.Doc) => void]>([
    ['text', (doc) => doc.getText('draft').insert(2, 'any')],
    ['the removal of text', (doc) => doc.getText('draft').delete(1, 2)],
    ['types in types', (doc) => (doc.getMap('own').get('key') as Y.Map<unknown>).set('list', Y.Array.from([1, 2]))],
    ['a value in the place of another', (doc) => doc.getMap('own').set('key', 'flat')],
    ['a root of its own', (doc) => doc.getMap(`${THREADS_MAP} of mine`).set('one', new Y.Map())],
    ['a key of that name', (doc) => doc.getMap('own').set(THREADS_MAP, new Y.Map([['one', 1]]))],
  ])('is anything else that it likes: %s', (_, make) => {
    const companion = createCompanion();
    expect(findFault(companion, inspectUpdate(change(companion, make)))).toBeNull();
  });

  it('builds on what is on its way, or missing, as in any document', () => {
    const companion = createCompanion();
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.getText('draft').insert(0, 'a');
    doc.getText('draft').insert(1, 'b');
    doc.getText('draft').delete(0, 1);
    for (const update of updates.slice(1)) {
      expect(findFault(companion, inspectUpdate(update))).toBeNull();
    }
  });

  it('[G6] builds on nothing that the server will write next', () => {
    const companion = createCompanion();
    const item = { text: 'waiting', origin: { client: SERVER, clock: Y.getState(companion.store, SERVER) } };
    const ahead = inspectUpdate(makeUpdate([{ client: 7, clock: 0, items: [item] }]));
    expect(findFault(companion, ahead)).toBe(closeCodes.writtenByServer);
    const another = { text: 'waiting', origin: { client: SERVER + 1, clock: 0 } };
    expect(findFault(companion, inspectUpdate(makeUpdate([{ client: 7, clock: 0, items: [another] }])))).toBeNull();
  });

  it('counts as nothing where what it deletes is deleted already', () => {
    const companion = createCompanion();
    const removal = inspectUpdate(change(companion, (doc) => doc.getMap(THREADS_MAP).delete('one')));
    companion.getMap(THREADS_MAP).delete('one');
    expect(findFault(companion, removal)).toBeNull();
  });

  it('waits for a document to comment on', () => {
    const news = inspectUpdate(change(new Y.Doc(), (doc) => doc.getText('draft').insert(0, 'x')));
    expect(findFault(new Y.Doc(), news, false)).toBe(closeCodes.noSuchDocument);
  });
});
