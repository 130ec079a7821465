import { Throttle } from '@hocuspocus/extension-throttle';
import { joinWithHocuspocus, joinWithYWebsocket } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type StartedGateway, startGateway } from '../testing/start-gateway.ts';
import type { Extension } from './collaboration.ts';
import { QuireHocuspocus } from './quire-hocuspocus.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(...extensions: Extension[]): Promise<StartedGateway> {
  const gateway = await startGateway({ extensions });
  ends.push(() => gateway.close());
  return gateway;
}
const join: typeof joinWithHocuspocus = (...parameters) => {
  const person = joinWithHocuspocus(...parameters);
  ends.push(() => person.leave());
  return person;
};

it('hooks that nobody has are not called: Hocuspocus fills them with promises that do nothing', () => {
  const hocuspocus = new QuireHocuspocus({ extensions: [], maxDocumentsPerSession: 1, mayUnload: () => true });
  const hooks = hocuspocus.configuration.extensions.flatMap((extension) => Object.values(extension));
  expect(hooks.filter((hook) => typeof hook === 'function')).toEqual([]);
  expect(hocuspocus.hasHook('onChange')).toBe(false);
});

describe('a hook that never ends', () => {
  it.each(['beforeHandleMessage', 'onDestroy'] as const)(
    'does not hold a stop for longer than it may: %s is given up, and named',
    async (hook) => {
      const stuck = Promise.withResolvers<void>();
      let begun = 0;
      const written: { readonly hooks?: unknown }[] = [];
      const log = pino({ level: 'error' }, { write: (line: string) => void written.push(JSON.parse(line)) });
      const extension = {
        extensionName: 'audit',
        [hook]: () => {
          begun += 1;
          return stuck.promise;
        },
      };
      const gateway = await startGateway({ extensions: [extension as Extension], log });
      ends.push(() => gateway.close());
      ends.push(() => stuck.resolve());
      const ada = joinWithHocuspocus(gateway.url, 'plan');
      ada.doc.getText('body').insert(0, 'hi');
      if (hook === 'beforeHandleMessage') await vi.waitFor(() => expect(begun).toBeGreaterThan(0));
      else await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
      ada.leave(); // or it would try to come back
      await gateway.gateway.close();
      await gateway.collaboration.close(20);
      expect(written.map(({ hooks }) => hooks)).toEqual([[`audit.${hook}`]]);
      expect(gateway.collaboration.openDocuments).toBe(0);
    },
  );
});

it('[G4] what an extension broadcasts is no larger than may wait for a session: what is larger is told to nobody, and the log says how large', async () => {
  const written: unknown[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void written.push(JSON.parse(line)) });
  const maxUnsentBytes = 64 * 1024;
  const extension: Extension = {
    onStateless: async ({ document, payload }) => document.broadcastStateless('x'.repeat(Number(payload))),
  };
  const gateway = await startGateway({ extensions: [extension], limits: { maxUnsentBytes }, log });
  ends.push(() => gateway.close());
  const ada = join(gateway.url, 'plan');
  const heard: number[] = [];
  ada.provider.on('stateless', ({ payload }: { readonly payload: string }) => heard.push(payload.length));
  await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
  for (const bytes of [maxUnsentBytes + 1, maxUnsentBytes]) ada.provider.sendStateless(String(bytes));
  await vi.waitFor(() => expect(heard).toEqual([maxUnsentBytes]));
  expect(written).toMatchObject([
    { document: 'plan', bytes: maxUnsentBytes + 1, maxBytes: maxUnsentBytes, msg: expect.stringContaining('or raise') },
  ]);
});

describe('Hocuspocus extensions', () => {
  it('a published one runs unmodified: Throttle turns away the third connection of a minute', async () => {
    const throttle = new Throttle({ throttle: 2, banTime: 1 });
    ends.push(() => throttle.onDestroy?.());
    const { url } = await start(throttle as unknown as Extension);
    const [ada, ben] = [join(url, 'plan'), join(url, 'plan')];
    await vi.waitFor(() => expect([ada.provider.isSynced, ben.provider.isSynced]).toEqual([true, true]));
    const eve = join(url, 'plan');
    const refused = await new Promise<string>((resolve) =>
      eve.provider.on('authenticationFailed', ({ reason }: { reason: string }) => resolve(reason)),
    );
    expect(refused).not.toBe('');
    expect(eve.provider.isSynced).toBe(false);
  });

  it('hooks on changes, connections and stateless messages see what happens', async () => {
    const seen: string[] = [];
    const { url } = await start({
      onConnect: async ({ documentName }) => void seen.push(`connect ${documentName}`),
      onLoadDocument: async () => void seen.push('load'),
      connected: async () => void seen.push('connected'),
      onChange: async ({ document }) => void seen.push(`change ${document.getText('body').toString()}`),
      onStateless: async ({ payload, document }) => {
        seen.push(`stateless ${payload}`);
        document.broadcastStateless('answer');
      },
      onAwarenessUpdate: async ({ states }) => void seen.push(`presence ${states.length}`),
      onDisconnect: async () => void seen.push('disconnect'),
      afterUnloadDocument: async () => void seen.push('unload'),
    });
    const ada = join(url, 'plan');
    ada.doc.getText('body').insert(0, 'hi');
    const answer = new Promise((resolve) => ada.provider.on('stateless', resolve));
    ada.provider.setAwarenessField('user', { name: 'Ada' });
    ada.provider.sendStateless('question');
    await answer;
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    await vi.waitFor(() => expect(seen).toContain('presence 1'));
    ada.leave();
    await vi.waitFor(() => expect(seen).toContain('unload'));
    for (const event of ['connect plan', 'load', 'connected', 'change hi', 'stateless question', 'disconnect']) {
      expect(seen).toContain(event);
    }
  });

  it('a hook that authenticates may refuse, and gives or takes nothing of what a role allows', async () => {
    const { url } = await start({
      onAuthenticate: async ({ documentName, connectionConfig }) => {
        if (documentName === 'closed') throw new Error('');
        connectionConfig.readOnly = true;
      },
    });
    const refused = new Promise<string>((resolve) =>
      join(url, 'closed').provider.on('authenticationFailed', ({ reason }: { reason: string }) => resolve(reason)),
    );
    expect(await refused).not.toBe('');
    const ada = join(url, 'plan');
    ada.doc.getText('body').insert(0, 'hi');
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(ada.provider.authorizedScope).toBe('read-write');
  });

  it('[R4] a hook that refuses a message ends that connection, and nothing of it is stored', async () => {
    const { url, store } = await start({
      beforeHandleMessage: async ({ update }) => {
        if (Buffer.from(update).includes('forbidden')) throw new Error('');
      },
    });
    const ada = join(url, 'plan');
    ada.doc.getText('body').insert(0, 'fine');
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    const closed = new Promise<number>((resolve) =>
      ada.socket.on('close', ({ event }: { event: CloseEvent }) => resolve(event.code)),
    );
    ada.doc.getText('body').insert(0, 'forbidden ');
    expect(await closed).toBe(4403);
    expect((await store.load('plan'))?.entries).toHaveLength(1);
  });

  it('a hook may rewrite presence before anybody sees it', async () => {
    const { url } = await start({
      beforeHandleAwareness: async ({ states }) => {
        for (const state of states.values()) state.checked = true;
      },
    });
    const ada = join(url, 'plan');
    const ben = joinWithYWebsocket(url, 'plan');
    ends.push(() => ben.leave());
    ada.provider.setAwarenessField('user', { name: 'Ada' });
    await vi.waitFor(() =>
      expect([...ben.provider.awareness.getStates().values()]).toContainEqual(
        expect.objectContaining({ user: { name: 'Ada' }, checked: true }),
      ),
    );
  });

  it('[G1] a change that an extension makes to the document itself is journalled and reaches everybody', async () => {
    let write: () => void = () => {};
    const { url, store } = await start({
      afterLoadDocument: async ({ document }) => {
        write = () => document.getText('body').insert(0, 'by the extension');
      },
    });
    const ada = join(url, 'plan');
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    write();
    await vi.waitFor(() => expect(ada.doc.getText('body').toString()).toBe('by the extension'));
    expect((await store.load('plan'))?.entries).toHaveLength(1);
    const newcomer = join(url, 'plan');
    await vi.waitFor(() => expect(newcomer.doc.getText('body').toString()).toBe('by the extension'));
  });
});
