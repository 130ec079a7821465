import { joinWithHocuspocus, startServer, until } from '@quire/testing';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { KeptDocuments } from './kept-documents.ts';

const TIMEOUT_MS = 1_000;

function docWith(...words: readonly string[]): Y.Doc {
  const doc = new Y.Doc();
  for (const word of words) doc.getText('body').insert(0, word);
  return doc;
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

describe('what was kept of a document', () => {
  test('is what everybody had; less of it, or more, is not', async () => {
    const kept = new KeptDocuments(TIMEOUT_MS);
    const doc = docWith('hello');
    const early = copyOf(doc);
    doc.getText('body').insert(5, ' world');
    kept.keep('plan', doc);
    await expect(kept.expect('plan', copyOf(doc))).resolves.toBeUndefined();
    await expect(kept.expect('plan', early)).rejects.toThrow('knows 11 of its clocks');
    const late = copyOf(doc);
    late.getText('body').delete(0, 1);
    await expect(kept.expect('plan', late)).rejects.toThrow(/plan is not what it was/);
  });

  test('is nothing where nobody was, or where it was deleted', async () => {
    const kept = new KeptDocuments(TIMEOUT_MS);
    kept.keep('deleted', docWith('hello'));
    kept.noteDeleted('deleted');
    for (const name of ['new', 'deleted']) {
      await expect(kept.expect(name, new Y.Doc())).resolves.toBeUndefined();
      await expect(kept.expect(name, docWith('x'))).rejects.toThrow(`${name} is not what it was`);
      expect(kept.has(name)).toBe(false);
    }
  });

  test('is unknown while somebody edits it', async () => {
    const kept = new KeptDocuments(TIMEOUT_MS);
    kept.noteChanging('plan');
    await expect(kept.expect('plan', docWith('x'))).resolves.toBeUndefined();
  });
});

test('a server that has less than was kept, or still has what was deleted, is found out', async () => {
  const server = await startServer({ ownProcess: true, env: { QUIRE_APP: 'false' } });
  try {
    const kept = new KeptDocuments(TIMEOUT_MS);
    for (const name of ['whole', 'lost', 'undeleted']) {
      const author = joinWithHocuspocus(server.wsUrl, name);
      author.doc.getText('body').insert(0, 'hello');
      await until(() => author.provider.synced && !author.provider.hasUnsyncedChanges, { what: 'not saved' });
      kept.keep(name, author.doc);
      author.leave();
    }
    expect(await kept.findLosses(server)).toEqual([]);
    kept.keep('lost', docWith('hello', 'of which the server never heard'));
    kept.noteDeleted('undeleted');
    const losses = await kept.findLosses(server);
    expect(losses.sort()).toEqual([
      expect.stringContaining('lost is not what it was when everybody left'),
      expect.stringContaining('undeleted was deleted, and asking for it is answered with 200'),
    ]);
  } finally {
    await server.stop();
  }
});
