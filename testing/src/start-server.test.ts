import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  converged,
  type MemoryServer,
  type MemoryServerOptions,
  startServer,
  type TestServer,
  type TestServerOptions,
  until,
} from './index.ts';
import { assertOwnProcess } from './server-options.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: Omit<MemoryServerOptions, 'storage'> = {}): Promise<MemoryServer> {
  const server = await startServer({ ...options, storage: 'memory' });
  ends.push(() => server.stop());
  return server;
}

describe('a server in memory', () => {
  test('lets people of all three clients write together', async () => {
    const server = await start();
    expect(server.httpUrl).toBe(server.url);
    const ada = await server.join('team/plan', { name: 'Ada', dialect: 'quire' });
    const ben = await server.join('team/plan', { name: 'Ben', dialect: 'hocuspocus' });
    const cleo = await server.join('team/plan', { name: 'Cleo', dialect: 'y-websocket' });
    for (const { doc, name } of [ada, ben, cleo]) doc.getText('body').insert(0, name);
    await Promise.all([ada.saved(), ben.saved(), cleo.saved()]);
    await converged({ ada, ben, cleo });
    expect(ada.doc.getText('body').length).toBe('AdaBenCleo'.length);
    const names = (): string =>
      [...cleo.awareness.getStates().values()]
        .map(({ user }) => user?.name)
        .sort()
        .join();
    await until(() => names() === 'Ada,Ben,Cleo', { what: 'not everybody is seen' });
  });

  test('has the same documents at the same address after a restart, and people come back by themselves', async () => {
    const server = await start();
    const ada = await server.join('plan', { name: 'Ada' });
    ada.doc.getText('body').insert(0, 'kept');
    await ada.saved();
    await server.restart();
    await ada.synced();
    const ben = await server.join('plan', { name: 'Ben', dialect: 'y-websocket' });
    expect(ben.doc.getText('body').toString()).toBe('kept');
  });

  test('signs tokens for whoever may come in, when it is started with them', async () => {
    const server = await start({ auth: 'tokens' });
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
      await using server = await startServer({ storage: 'memory' });
      listening = server.url;
      await server.join('plan', { name: 'Ada' });
      await server.stop();
    }
    await expect(fetch(listening)).rejects.toThrow('fetch failed');
  });

  test('says how to have tokens, when it has none', async () => {
    const server = await start();
    expect(() => server.token('editor')).toThrow("startServer({ auth: 'tokens' })");
  });

  test('is one of this process, with its settings and with all that a program has that embeds it', async () => {
    const server = await start({ settings: { metrics: false } });
    const { name } = await server.server.documents.create({ title: 'Plan' });
    const ada = await server.join(name, { name: 'Ada' });
    expect(ada.doc.getMap('meta').get('title')).toBe('Plan');
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  });
});

describe('a plain server', () => {
  test('is in this process, with a journal on disk', async () => {
    const server = await startServer();
    ends.push(() => server.stop());
    expect([server.storage, server.ownProcess, server.server.data]).toEqual(['disk', false, server.data]);
    expect(JSON.parse(readFileSync(join(server.data, 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(readdirSync(join(server.data, 'journal'))).toContain('CURRENT');
  });

  test('[G1] has what was saved after a restart, and for whoever opens its directory next', async () => {
    const data = mkdtempSync(join(tmpdir(), 'quire-kept-'));
    ends.push(() => rmSync(data, { recursive: true }));
    const server = await startServer({ data, auth: 'tokens' });
    const token = server.token('editor', { user: 'ada' });
    const ada = await server.join('plan', { name: 'Ada', token });
    ada.doc.getText('body').insert(0, 'kept');
    await ada.saved();
    await server.restart();
    await ada.synced();
    await server.stop();
    await using next = await startServer({ ownProcess: true, data });
    const ben = await next.join('plan', { name: 'Ben', dialect: 'y-websocket' });
    expect(ben.doc.getText('body').toString()).toBe('kept');
  });

  test('removes the directory that it made for itself, and that one only', async () => {
    const server = await startServer();
    expect(existsSync(join(server.data, 'owner.json'))).toBe(true);
    await server.stop();
    expect(existsSync(server.data)).toBe(false);
  });

  test('leaves nothing behind where it can’t start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quire-temporary-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const taken = await start();
    vi.stubEnv('TMPDIR', folder);
    ends.push(() => vi.unstubAllEnvs());
    const refused = startServer({ port: taken.port });
    await expect(refused).rejects.toThrow(String(taken.port));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('has nothing in common with another one beside it: neither documents nor what it counts', async () => {
    const servers = await Promise.all([startServer(), startServer(), start()]);
    const [first, ...others] = servers;
    ends.push(() => Promise.all(servers.map((server) => server.stop())));
    const ada = await first.join('plan', { name: 'Ada' });
    ada.doc.getText('body').insert(0, 'Hello');
    await ada.saved();
    const sessionsAt = async ({ url }: TestServer): Promise<string | undefined> =>
      /^quire_sessions\{dialect="hocuspocus"\} (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
    expect(await Promise.all(servers.map(sessionsAt))).toEqual(['1', '0', '0']);
    for (const other of others) {
      const ben = await other.join('plan', { name: 'Ben' });
      expect(ben.doc.getText('body').toString()).toBe('');
    }
  });

  test.each(['kill', 'restartBriefly', 'pid', 'log'])(
    'has no %s, and says what has; nobody who prints it or compares it asks for that',
    async (name) => {
      for (const server of [await startServer(), await start()]) {
        ends.push(() => server.stop());
        const words = `\`${name}\` needs a server in a process of its own: startServer({ ownProcess: true })`;
        expect(() => Reflect.get(server, name)).toThrow(new TypeError(words));
        expect(inspect(server)).toContain('wsUrl');
        expect(server).toEqual({ ...server });
      }
    },
  );
});

describe('a server in a process of its own', () => {
  test('[G1] has what was saved after it was killed, and people come back by themselves', async () => {
    const server = await startServer({ ownProcess: true, auth: 'tokens' });
    ends.push(() => server.stop());
    expect([server.storage, server.ownProcess]).toEqual(['disk', true]);
    const token = server.token('editor', { user: 'ada' });
    const ada = await server.join('plan', { name: 'Ada', dialect: 'quire', token });
    ada.doc.getText('body').insert(0, 'saved');
    await ada.saved();
    await server.kill();
    ada.doc.getText('body').insert(5, ', and then some');
    await server.restart();
    await ada.saved();
    const ben = await server.join('plan', { name: 'Ben', dialect: 'y-websocket', token });
    expect(ben.doc.getText('body').toString()).toBe('saved, and then some');
    await expect(server.join('plan')).rejects.toThrow('somebody is not let into "plan"');
    await server.stop();
    expect(existsSync(server.data)).toBe(false);
  });
});

describe('options', () => {
  const env = { QUIRE_APP: 'false' };
  const settings = { metrics: false };
  const refused: readonly (readonly [string, object])[] = [
    ["storage is 'memory' or 'disk', and not \"memroy\"", { storage: 'memroy' }],
    ['ownProcess is true or false, and not "yes"', { ownProcess: 'yes' }],
    [
      'a server in a process of its own is on disk: leave out storage, or ownProcess',
      { storage: 'memory', ownProcess: true },
    ],
    ['`env` needs a server in a process of its own: startServer({ ownProcess: true, env })', { env }],
    [
      '`env` needs a server in a process of its own: startServer({ ownProcess: true, env })',
      { storage: 'memory', env },
    ],
    [
      '`program`, `startsWith` need a server in a process of its own: startServer({ ownProcess: true, program, startsWith })',
      { program: ['quire'], startsWith: 'answers' },
    ],
    [
      '`data` needs a server on disk in the process of the test: startServer({ data })',
      { storage: 'memory', data: '/nowhere' },
    ],
    [
      '`settings` needs a server on disk in the process of the test: startServer({ settings })',
      { ownProcess: true, settings },
    ],
    [
      'a server on disk in the process of the test takes no `inProcess`: it takes `storage`, `ownProcess`, `auth`, `data`, `port`, `settings`, `authenticator`',
      { inProcess: true },
    ],
    ['a server in a process of its own takes no `envs`: it takes `storage`,', { ownProcess: true, envs: env }],
    [
      '`settings` of a server in memory takes no `host`, `port`: it listens on loopback, and `port` and `data` are said beside `settings`',
      { storage: 'memory', settings: { host: '::', port: 1 } },
    ],
  ];

  test.each(refused)('in JavaScript are refused where they would be ignored: %s', async (words, options) => {
    await expect(startServer(options as TestServerOptions)).rejects.toThrow(words);
  });

  test('in TypeScript don’t compile where they would be ignored', () => {
    const calls = [
      // @ts-expect-error: for a process of its own
      () => startServer({ env }),
      // @ts-expect-error: the same
      () => startServer({ storage: 'memory', program: ['quire'] }),
      // @ts-expect-error: in memory there is no directory
      () => startServer({ storage: 'memory', data: '/nowhere' }),
      // @ts-expect-error: a process has `env`
      () => startServer({ ownProcess: true, settings }),
      // @ts-expect-error: a process outlives no memory
      () => startServer({ ownProcess: true, storage: 'memory' }),
      // @ts-expect-error: there is nothing to kill
      async () => (await startServer()).kill(),
      async () => (await startServer({ ownProcess: true, env, program: ['quire'], startsWith: 'answers' })).kill(),
      async (options: TestServerOptions) => {
        const server = await startServer(options);
        return server.ownProcess ? server.kill() : server.server.url;
      },
    ];
    expect(calls).toHaveLength(8);
  });

  test.each([{ storage: 'memory' }, { ownProcess: false }])(
    'are refused by the fixtures for Playwright, which need a process: %o',
    (options) => {
      expect(() => assertOwnProcess(options)).toThrow('leave out storage and ownProcess');
      expect(() => assertOwnProcess({ storage: 'disk', auth: 'tokens' })).not.toThrow();
    },
  );
});
