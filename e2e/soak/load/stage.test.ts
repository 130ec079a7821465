import { createRandom } from '@quire/testing';
import { expect, test } from 'vitest';
import { KeptDocuments } from './kept-documents.ts';
import { playOn, type Stage } from './stage.ts';

test('an act that fails is a fault with its name and all that is known of the reason, and the play goes on until the curtain falls', async () => {
  const curtain = new AbortController();
  const faults: string[] = [];
  const server = { url: 'http://127.0.0.1:1', wsUrl: 'ws://127.0.0.1:1', port: 1 };
  const stage: Stage = {
    server,
    curtain: curtain.signal,
    kept: new KeptDocuments(),
    did: () => {},
    fault: (words) => faults.push(words),
  };
  let acts = 0;
  await playOn(stage, 'workshop', createRandom(1), 1, async () => {
    acts += 1;
    if (acts === 3) curtain.abort();
    if (acts === 2) throw new TypeError('fetch failed', { cause: new Error('other side closed') });
  });
  expect(acts).toBe(3);
  expect(faults).toEqual(['workshop: fetch failed: other side closed']);
});
