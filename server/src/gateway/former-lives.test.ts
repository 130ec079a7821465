import { FIRST_EPOCH } from '@quire/persistence';
import { type ClientFrame, closeCodes, type DocumentName, encodeHocuspocusFrame } from '@quire/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import { nameEpoch } from '../collab/former-lives.ts';
import {
  createGatewayStage,
  EMPTY_UPDATE,
  EMPTY_VECTOR,
  type RawClient,
  storedText,
  textOf,
} from '../testing/gateway-stage.ts';
import type { StartedGateway } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

const name = 'plan' as DocumentName;
const write = (gateway: StartedGateway, text: string): Promise<void> =>
  gateway.collaboration.edit(name, '', (doc) => doc.getText('body').insert(0, text));

const stepOne: ClientFrame = { kind: 'step-1', stateVector: EMPTY_VECTOR };
const heardSince = (raw: RawClient, from: number) => raw.heard.slice(from).filter(({ kind }) => kind !== 'presence');

/** A tab with an unmodified provider, on which a test pulls the plug. */
interface Tab {
  readonly doc: Y.Doc;
  /** What the provider is told when the server refuses it: the name of the close code. */
  readonly refusals: readonly string[];
  isSynced(): boolean;
  /** Resolves once the connection is gone. */
  sleep(): Promise<unknown>;
  wake(): void;
  /** It would connect again by itself. */
  readonly insists: boolean;
}

const openTab = {
  hocuspocus(url: string, doc = new Y.Doc()): Tab {
    const { provider, socket } = joinHocuspocus(url, name, { doc });
    const refusals: string[] = [];
    provider.on('close', ({ event }: { event: { reason?: string } }) => {
      if (event.reason === closeCodes.staleEpoch.name) refusals.push(event.reason);
    });
    return {
      doc,
      refusals,
      isSynced: () => provider.isSynced,
      async sleep() {
        socket.disconnect();
        await vi.waitFor(() => expect(socket.status).toBe('disconnected'));
      },
      wake: () => void socket.connect(),
      insists: false, // the socket stays, for other documents; nothing is sent on it for this one
    };
  },
  'y-websocket'(url: string, doc = new Y.Doc()): Tab {
    const { provider } = joinYWebsocket(url, name, { doc });
    const refusals: string[] = [];
    provider.on('closed', ({ code }) => {
      if (code === closeCodes.staleEpoch.code) refusals.push(closeCodes.staleEpoch.name);
    });
    return {
      doc,
      refusals,
      isSynced: () => provider.synced,
      async sleep() {
        provider.disconnect();
      },
      wake: () => provider.connect(),
      get insists() {
        return provider.shouldConnect;
      },
    };
  },
} as const;

const servers = [
  ['the server alone', []],
  ['extensions', [{}]],
  ['extensions that see messages', [{ async beforeHandleMessage() {} }]],
] as const;

describe.each(servers)('an unmodified provider that returns to another life, with %s', (_, extensions) => {
  it.each(['hocuspocus', 'y-websocket'] as const)(
    '[R14] is refused with a code before it hears anything of it: its screen shows no mixture: %s',
    async (dialect) => {
      const gateway = await start({ extensions });
      const tab = openTab[dialect](gateway.url);
      tab.doc.getText('body').insert(0, 'old');
      await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe('old'));
      await tab.sleep();
      tab.doc.getText('body').insert(3, ', typed offline');
      await gateway.collaboration.delete(name);
      await write(gateway, 'new');
      tab.wake();
      await vi.waitFor(() => expect(tab.refusals).toEqual(['stale-epoch']));
      expect(textOf(tab.doc)).toBe('old, typed offline');
      expect(await storedText(gateway.store, name)).toBe('new');
      expect(tab.insists).toBe(false);
    },
  );
});

describe.each(servers)('an unmodified provider that waits for its token, with %s', (_, extensions) => {
  /** A page that holds `old`, of a former life, and something typed before it could say its token. */
  async function returnTyping(gateway: StartedGateway) {
    const doc = new Y.Doc();
    const before = openTab.hocuspocus(gateway.url, doc);
    doc.getText('body').insert(0, 'old');
    await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe('old'));
    await before.sleep();
    await gateway.collaboration.delete(name);
    const restored = new Y.Doc();
    Y.applyUpdate(restored, Y.encodeStateAsUpdate(doc));
    return restored;
  }

  function openWaiting(gateway: StartedGateway, doc: Y.Doc) {
    let bringToken: (token: string) => void = () => {};
    const token = new Promise<string>((resolve) => {
      bringToken = resolve;
    });
    const { provider, socket } = joinHocuspocus(gateway.url, name, { doc, token: () => token });
    const refusals: string[] = [];
    provider.on('close', ({ event }: { event: { reason?: string } }) => refusals.push(event.reason ?? ''));
    return { provider, socket, refusals, bringToken: () => bringToken('') };
  }

  it.each([
    ['begins no life with it', ''],
    ['adds it to none, and sees nobody of it', 'new'],
  ])('[R14] and types meanwhile into what is not of the former life %s', async (_does, present) => {
    const gateway = await start({ extensions });
    const doc = await returnTyping(gateway);
    const ada = present === '' ? null : joinHocuspocus(gateway.url, name);
    if (ada !== null) {
      ada.doc.getText('body').insert(0, present);
      ada.provider.setAwarenessField('user', { name: 'Ada' });
      await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe(present));
    }
    const { provider, socket, refusals, bringToken } = openWaiting(gateway, doc);
    await vi.waitFor(() => expect(socket.status).toBe('connected'));
    doc.getMap('elsewhere').set('typed', 'before the token');
    bringToken();
    await vi.waitFor(() => expect(refusals).toContain('stale-epoch'));
    await gateway.collaboration.settled();
    expect(await storedText(gateway.store, name)).toBe(present);
    const loaded = await gateway.store.load(name);
    for (const { updates } of loaded?.entries ?? []) {
      for (const { update } of updates) expect(Buffer.from(update).includes('elsewhere')).toBe(false);
    }
    if (present === '') expect(await gateway.store.stat(name)).toMatchObject({ state: 'deleted' });
    expect(provider.awareness?.getStates().size).toBe(1);
  });

  it('and holds nothing of a former life is let in, with what it typed meanwhile', async () => {
    const gateway = await start({ extensions });
    await returnTyping(gateway);
    const doc = new Y.Doc();
    const { provider, socket, refusals, bringToken } = openWaiting(gateway, doc);
    await vi.waitFor(() => expect(socket.status).toBe('connected'));
    doc.getText('body').insert(0, 'typed before the token');
    bringToken();
    await vi.waitFor(() => expect(provider.isSynced).toBe(true));
    await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe('typed before the token'));
    expect(refusals).toEqual([]);
  });
});

describe('where a name has lived before', () => {
  const token: ClientFrame = { kind: 'token', token: '', providerVersion: null };
  const say = (raw: RawClient, frame: ClientFrame): void => raw.socket.send(encodeHocuspocusFrame(name, frame));
  const presentText = 'of the present life';

  async function beginAgain(gateway: StartedGateway): Promise<RawClient> {
    await write(gateway, 'old');
    await gateway.collaboration.delete(name);
    await write(gateway, presentText);
    return openRaw(gateway.url, 'other');
  }

  it.each(servers)(
    '[R14] who is let in says what they hold before they hear or bring anything, with %s',
    async (_, extensions) => {
      const gateway = await start({ extensions });
      const raw = await beginAgain(gateway);
      const ada = joinHocuspocus(gateway.url, name);
      await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
      ada.provider.setAwarenessField('user', { name: 'Ada' });
      const from = raw.heard.length;
      say(raw, token);
      await vi.waitFor(() => expect(raw.heard.slice(from).map(({ kind }) => kind)).toEqual(['authenticated']));
      const doc = new Y.Doc();
      doc.getText('body').insert(0, 'brought, ');
      say(raw, { kind: 'query-presence' });
      say(raw, { kind: 'update', update: Y.encodeStateAsUpdate(doc) });
      ada.doc.getText('body').insert(presentText.length, ', heard by who is in');
      await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toContain('heard by who is in'));
      expect(await storedText(gateway.store, name)).not.toContain('brought');
      expect(raw.heard.slice(from).map(({ kind }) => kind)).toEqual(['authenticated']);
      say(raw, stepOne);
      await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toContain('brought'));
      await vi.waitFor(() => {
        const kinds = raw.heard.slice(from).map(({ kind }) => kind);
        for (const kind of ['presence', 'step-2']) expect(kinds).toContain(kind);
      });
    },
  );

  it.each(servers)('and leaves without having said it is gone, and may come again, with %s', async (_, extensions) => {
    const gateway = await start({ extensions });
    const raw = await beginAgain(gateway);
    const from = raw.heard.length;
    say(raw, token);
    await vi.waitFor(() => expect(raw.heard.slice(from).map(({ kind }) => kind)).toEqual(['authenticated']));
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'brought, ');
    say(raw, { kind: 'update', update: Y.encodeStateAsUpdate(doc) });
    say(raw, { kind: 'close' });
    say(raw, token);
    say(raw, stepOne);
    await vi.waitFor(() => expect(raw.heard.slice(from).some(({ kind }) => kind === 'step-2')).toBe(true));
    expect(await storedText(gateway.store, name)).toBe(presentText);
  });
});

describe.each(['hocuspocus', 'y-websocket'] as const)('a tab in the %s dialect', (dialect) => {
  it('[R14] that may only read is not shown two lives in one', async () => {
    const authenticator: Authenticator = { authenticate: async () => allow('reader') };
    const gateway = await start({ authenticator });
    await write(gateway, 'old');
    const tab = openTab[dialect](gateway.url);
    await vi.waitFor(() => expect(textOf(tab.doc)).toBe('old'));
    await tab.sleep();
    await gateway.collaboration.delete(name);
    await write(gateway, 'new');
    tab.wake();
    await vi.waitFor(() => expect(tab.refusals).toEqual(['stale-epoch']));
    expect(textOf(tab.doc)).toBe('old');
  });

  it('[R14] that slept through several lives is known, and brings none of them back', async () => {
    const gateway = await start();
    const tab = openTab[dialect](gateway.url);
    tab.doc.getText('body').insert(0, 'first');
    await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe('first'));
    await tab.sleep();
    tab.doc.getMap('elsewhere').set('typed', 'offline');
    await gateway.collaboration.delete(name);
    for (const life of ['second', 'third']) {
      await write(gateway, life);
      await gateway.collaboration.delete(name);
    }
    tab.wake();
    await vi.waitFor(() => expect(tab.refusals).toEqual(['stale-epoch']));
    expect(await gateway.store.stat(name)).toMatchObject({ state: 'deleted' });
  });

  it('[R14] that restores its copy into a fresh document, as after a reload, is known as well', async () => {
    const gateway = await start();
    const before = openTab[dialect](gateway.url);
    before.doc.getText('body').insert(0, 'old');
    await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe('old'));
    await before.sleep();
    await gateway.collaboration.delete(name);
    const restored = new Y.Doc();
    Y.applyUpdate(restored, Y.encodeStateAsUpdate(before.doc));
    restored.getText('body').insert(0, 'and more, ');
    const tab = openTab[dialect](gateway.url, restored);
    await vi.waitFor(() => expect(tab.refusals).toEqual(['stale-epoch']));
    expect(await gateway.store.stat(name)).toMatchObject({ state: 'deleted' });
  });

  it('that knew nothing of the former life is let in', async () => {
    const gateway = await start();
    await write(gateway, 'old');
    await gateway.collaboration.delete(name);
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'written beforehand');
    const tab = openTab[dialect](gateway.url, doc);
    await vi.waitFor(() => expect(tab.isSynced()).toBe(true));
    await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toBe('written beforehand'));
    expect(tab.refusals).toEqual([]);
  });
});

it('[R14] a fresh token alone lets nobody who holds a former life hear of the next', async () => {
  const gateway = await start();
  const raw = await openRaw(gateway.url, name, [stepOne]);
  await write(gateway, 'old');
  await gateway.collaboration.delete(name);
  await vi.waitFor(() => expect(raw.heard.at(-1)).toEqual({ kind: 'closed', reason: 'document-deleted' }));
  const from = raw.heard.length;
  raw.say({ kind: 'token', token: '', providerVersion: null });
  await write(gateway, 'new');
  const isIn = (): boolean => raw.heard.slice(from).some(({ kind }) => kind === 'step-2');
  raw.socket.send(encodeHocuspocusFrame('other', { kind: 'token', token: '', providerVersion: null }));
  raw.socket.send(encodeHocuspocusFrame('other', stepOne));
  await vi.waitFor(() => expect(isIn()).toBe(true));
  expect(heardSince(raw, from).map(({ kind }) => kind)).toEqual(['authenticated', 'step-1', 'step-2']);
  raw.say(stepOne);
  await vi.waitFor(() => expect(heardSince(raw, from).filter(({ kind }) => kind === 'step-2')).toHaveLength(2));
});

describe('a client that says of which life its copy is', () => {
  const former = nameEpoch(FIRST_EPOCH);

  /** Opens `plan` on the socket of somebody who is in another document already. */
  function claim(raw: RawClient, epoch: string, ...frames: readonly ClientFrame[]): void {
    const token = { kind: 'token', token: '', providerVersion: null, epoch } as const;
    for (const frame of [token, ...frames]) raw.socket.send(encodeHocuspocusFrame(name, frame));
  }

  /** A life in which nobody has written: nothing in a copy of it tells that it is one. */
  async function buryEmptyLife({ store, collaboration }: StartedGateway): Promise<void> {
    await store.append({
      document: name,
      epoch: FIRST_EPOCH,
      time: 1,
      updates: [{ author: '', update: EMPTY_UPDATE }],
    });
    await collaboration.delete(name);
  }

  function typedOffline(): Uint8Array {
    const doc = new Y.Doc();
    doc.getText('body').insert(0, 'typed offline');
    return Y.encodeStateAsUpdate(doc);
  }

  it.each(servers)(
    '[R14] is refused if that has ended, also when nothing in it tells, with %s',
    async (_, extensions) => {
      const gateway = await start({ extensions });
      await buryEmptyLife(gateway);
      const raw = await openRaw(gateway.url, 'other');
      const from = raw.heard.length;
      claim(raw, former, stepOne, { kind: 'step-2', update: typedOffline() });
      await vi.waitFor(() => expect(heardSince(raw, from)).toContainEqual({ kind: 'closed', reason: 'stale-epoch' }));
      expect(heardSince(raw, from).map(({ kind }) => kind)).toEqual(['authenticated', 'closed']);
      expect(raw.socket.readyState).toBe(raw.socket.OPEN);
      expect(await gateway.store.stat(name)).toMatchObject({ state: 'deleted' });
    },
  );

  it.each(servers)('[R14] and has none is told which this is, before any content, with %s', async (_, extensions) => {
    const gateway = await start({ extensions });
    await write(gateway, 'old');
    await gateway.collaboration.delete(name);
    await write(gateway, 'new');
    const raw = await openRaw(gateway.url, 'other');
    const from = raw.heard.length;
    claim(raw, '', stepOne);
    await vi.waitFor(() => expect(heardSince(raw, from).some(({ kind }) => kind === 'step-2')).toBe(true));
    const present = nameEpoch((await gateway.store.load(name))?.epoch ?? FIRST_EPOCH);
    expect(present).not.toBe(former);
    const frames = heardSince(raw, from);
    const told = frames.findIndex((frame) => frame.kind === 'authenticated' && frame.epoch === present);
    expect(told).toBeGreaterThanOrEqual(0);
    expect(frames.findIndex(({ kind }) => kind === 'step-2')).toBeGreaterThan(told);
    claim(raw, present); // as with a fresh token: whoever is in stays in
    raw.socket.send(encodeHocuspocusFrame(name, { kind: 'step-2', update: typedOffline() }));
    await vi.waitFor(async () => expect(await storedText(gateway.store, name)).toContain('typed offline'));
  });

  it('[R14] is told so before the bytes as they are stored, while a large document is brought into memory', async () => {
    const gateway = await start();
    await write(gateway, 'x'.repeat(100_000));
    await vi.waitFor(() => expect(gateway.collaboration.openDocuments).toBe(0));
    const raw = await openRaw(gateway.url, 'other');
    const from = raw.heard.length;
    claim(raw, '', stepOne);
    await vi.waitFor(() => expect(heardSince(raw, from).some(({ kind }) => kind === 'step-1')).toBe(true));
    expect(heardSince(raw, from).slice(0, 2)).toMatchObject([
      { kind: 'authenticated', epoch: former },
      { kind: 'step-2' },
    ]);
  });

  it('hears of no life who does not ask', async () => {
    const gateway = await start();
    const raw = await openRaw(gateway.url, name, [stepOne]);
    await vi.waitFor(() => expect(raw.heard.some(({ kind }) => kind === 'step-2')).toBe(true));
    expect(raw.heard.filter(({ kind }) => kind === 'authenticated')).toEqual([
      { kind: 'authenticated', scope: 'read-write' },
    ]);
  });
});
