import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIRST_EPOCH, openLevelStore } from '@quire/persistence';
import { joinWithYWebsocket } from '@quire/testing';
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { startGateway } from '../testing/start-gateway.ts';

it('while a large document is folded, frames of another are taken, stored and echoed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quire-folding-'));
  const store = await openLevelStore({ directory, compactEntries: Number.MAX_SAFE_INTEGER });
  const { url, close } = await startGateway({ store });
  const large = new Y.Doc();
  const updates: Uint8Array[] = [];
  large.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index < 40; index += 1) large.getText('body').insert(0, `${index} `.repeat(20_000));
  for (const update of updates) {
    await store.append({ document: 'large', epoch: FIRST_EPOCH, time: 1, updates: [{ author: '', update }] });
  }
  const ada = joinWithYWebsocket(url, 'small');
  const ben = joinWithYWebsocket(url, 'small');
  await vi.waitFor(() => expect(ada.provider.synced && ben.provider.synced).toBe(true));
  const order: string[] = [];
  ben.doc.on('update', () => order.push('seen'));
  const folding = store.compact('large').then(() => order.push('folded'));
  ada.doc.getText('body').insert(0, 'typed meanwhile');
  await folding;
  await vi.waitFor(() => expect(order).toContain('seen'));
  expect(order[0]).toBe('seen');
  ada.leave();
  ben.leave();
  await close();
  await store.close();
  await rm(directory, { recursive: true });
});
