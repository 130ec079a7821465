import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Client } from './api.ts';
import { systemClock } from './clock.ts';
import { connect } from './connect.ts';
import { createDocumentsApi } from './documents.ts';
import { type RunningServer, serve } from './testing/serve.ts';

let data: string;
let server: RunningServer;
let client: Client;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-documents-'));
  server = await serve(0, data);
  client = connect({ url: `ws://127.0.0.1:${server.port}/collab`, offline: false });
  await client.documents.create({ name: 'team/plan', title: 'Plan' });
});

afterEach(async () => {
  client.close();
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

function readText(update: Uint8Array, doc = new Y.Doc()): string {
  Y.applyUpdate(doc, update);
  return doc.getText('body').toString();
}

describe('documents over HTTP, against a real server', () => {
  it('go into the bin, where they are listed, and come out as they were', async () => {
    const { documents } = client;
    await documents.moveToBin('team/plan');
    await expect(documents.get('team/plan')).rejects.toMatchObject({ status: 410, problem: 'document-in-bin' });
    const { documents: binned, next } = await documents.listBin({ limit: 10 });
    expect([binned.map(({ name, title }) => [name, title]), next]).toEqual([[['team/plan', 'Plan']], null]);
    expect(await documents.restore('team/plan')).toMatchObject({ name: 'team/plan', role: 'owner' });
    expect((await documents.listBin()).documents).toEqual([]);
    expect((await documents.get('team/plan')).title).toBe('Plan');
  });

  it('are purged from the bin alone, and deleted for good from wherever they are', async () => {
    const { documents } = client;
    await expect(documents.purge('team/plan')).rejects.toMatchObject({ problem: 'not-in-bin' });
    await documents.moveToBin('team/plan');
    await documents.purge('team/plan');
    await expect(documents.restore('team/plan')).rejects.toMatchObject({ problem: 'unknown-document' });
    await documents.create({ name: 'other' });
    await documents.deleteForGood('other');
    expect(await documents.list()).toEqual({ documents: [], next: null });
    expect((await documents.listBin()).documents).toEqual([]);
  });

  it('take their text in each format, and give it out in each', async () => {
    const { documents } = client;
    await documents.replaceContent('team/plan', 'markdown', '# Hello\n');
    expect(await documents.readContent('team/plan', 'html')).toBe('<h1>Hello</h1>');
    const content = await documents.readContent('team/plan', 'json');
    expect(content).toMatchObject({ type: 'doc', content: [{ type: 'heading' }] });
    await documents.replaceContent('team/plan', 'text', 'Bye\n');
    await documents.replaceContent('team/plan', 'json', content);
    expect(await documents.readContent('team/plan', 'markdown')).toBe('# Hello\n');
    await expect(documents.replaceContent('team/plan', 'json', { type: 'doc', content: [1] })).rejects.toMatchObject({
      problem: 'bad-content',
    });
  });

  it('merge an update, and give out what somebody lacks', async () => {
    const { documents } = client;
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'Hello');
    await documents.writeUpdate('team/plan', Y.encodeStateAsUpdate(doc));
    const mine = new Y.Doc();
    expect(readText(await documents.readUpdate('team/plan'), mine)).toBe('Hello');
    doc.getText('body').insert(5, ' there');
    await documents.writeUpdate('team/plan', Y.encodeStateAsUpdate(doc));
    const missing = await documents.readUpdate('team/plan', { since: Y.encodeStateVector(mine) });
    expect(readText(missing)).toBe('');
    expect(readText(missing, mine)).toBe('Hello there');
  });

  it('are copied, under a name and a title, or under none', async () => {
    const { documents } = client;
    await documents.replaceContent('team/plan', 'text', 'Hello\n');
    expect(await documents.copy('team/plan', { name: 'team/next', title: 'Next' })).toMatchObject({
      name: 'team/next',
      title: 'Next',
    });
    const copied = await documents.copy('team/plan');
    expect(copied.title).toBe('Plan');
    expect(await documents.readContent(copied.name, 'text')).toBe('Hello\n');
  });

  it('are all there before what makes them is loaded', () => {
    const loaded = createDocumentsApi({ baseUrl: '', getToken: async () => '', clock: systemClock, fetch });
    const namesIn = (api: object) => Object.keys(api).sort();
    expect(namesIn(client.documents)).toEqual(namesIn(loaded));
    expect(namesIn(client.documents.links)).toEqual(namesIn(loaded.links));
  });
});
