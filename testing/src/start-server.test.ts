import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { converged, startServer, type TestServer, type TestServerOptions } from './index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: TestServerOptions): Promise<TestServer> {
  const server = await startServer(options);
  ends.push(() => server.stop());
  return server;
}

describe.each([{ storage: 'memory' }, { storage: 'disk' }] as const)('a server with %o', (options) => {
  test('lets people of all three clients write together', async () => {
    const server = await start(options);
    expect(server.httpUrl).toBe(server.url);
    const ada = await server.join('team/plan', { name: 'Ada', dialect: 'quire' });
    const ben = await server.join('team/plan', { name: 'Ben', dialect: 'hocuspocus' });
    const cleo = await server.join('team/plan', { name: 'Cleo', dialect: 'y-websocket' });
    for (const { doc, name } of [ada, ben, cleo]) doc.getText('body').insert(0, name);
    await Promise.all([ada.saved(), ben.saved(), cleo.saved()]);
    await converged({ ada, ben, cleo });
    expect(ada.doc.getText('body').length).toBe('AdaBenCleo'.length);
    const names = [...cleo.awareness.getStates().values()].map(({ user }) => user?.name);
    expect(names.sort()).toEqual(['Ada', 'Ben', 'Cleo']);
  });

  test('has the same documents at the same address after a restart, and people come back by themselves', async () => {
    const server = await start(options);
    const ada = await server.join('plan', { name: 'Ada' });
    ada.doc.getText('body').insert(0, 'kept');
    await ada.saved();
    await server.restart();
    await ada.synced();
    const ben = await server.join('plan', { name: 'Ben', dialect: 'y-websocket' });
    expect(ben.doc.getText('body').toString()).toBe('kept');
  });

  test('signs tokens for whoever may come in, when it is started with them', async () => {
    const server = await start({ ...options, auth: 'tokens' });
    const ada = await server.join('team/plan', { name: 'Ada', token: server.token('editor', { user: 'ada' }) });
    ada.doc.getText('body').insert(0, 'Hello');
    await ada.saved();
    const reader = server.token({ 'team/*': 'reader' }, { user: 'ben', name: 'Ben', id: 'one of his' });
    const ben = await server.join('team/plan', { name: 'Ben', token: reader, dialect: 'y-websocket' });
    expect(ben.doc.getText('body').toString()).toBe('Hello');
    await expect(server.join('other/plan', { name: 'Ben', token: reader })).rejects.toThrow(
      /Ben is not let into "other\/plan": denied: .*\nWhat went over the wire last:/s,
    );
    const ended = server.token('editor', { expiresInSeconds: -60 });
    await expect(server.join('team/plan', { token: ended, dialect: 'quire' })).rejects.toThrow(
      'somebody is not let into',
    );
  });

  test('lets everybody leave when it stops, and stops once', async () => {
    let listening: string;
    {
      await using server = await startServer(options);
      listening = server.url;
      await server.join('plan', { name: 'Ada' });
      await server.stop();
    }
    await expect(fetch(listening)).rejects.toThrow('fetch failed');
  });
});

test('a server without tokens says how to have them', async () => {
  const server = await start({ storage: 'memory' });
  expect(() => server.token('editor')).toThrow("startServer({ auth: 'tokens' })");
});

test('[G1] what was saved is there after the server was killed, and the data goes with it when it stops', async () => {
  const server = await startServer();
  ends.push(() => server.stop());
  const ada = await server.join('plan', { name: 'Ada', dialect: 'quire' });
  ada.doc.getText('body').insert(0, 'saved');
  await ada.saved();
  await server.kill();
  ada.doc.getText('body').insert(5, ', and then some');
  await server.restart();
  await ada.saved();
  const ben = await server.join('plan', { name: 'Ben' });
  expect(ben.doc.getText('body').toString()).toBe('saved, and then some');
  await server.stop();
  expect(existsSync(server.data)).toBe(false);
});

test('a server in memory is one of this process, with all that a program has that embeds it', async () => {
  const server = await startServer({ storage: 'memory', settings: { limits: { maxListedPeople: 1 } } });
  ends.push(() => server.stop());
  const { name } = await server.server.documents.create({ title: 'Plan' });
  const ada = await server.join(name, { name: 'Ada' });
  expect(ada.doc.getMap('meta').get('title')).toBe('Plan');
});
