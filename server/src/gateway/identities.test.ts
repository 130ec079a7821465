import { encodePresence } from '@quire/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import { createGatewayStage } from '../testing/gateway-stage.ts';
import { testLimits } from '../testing/start-gateway.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

/** A token is the id of its user; nobody has the empty one. Ada's has a name and a colour, too. */
const byToken: Authenticator = {
  authenticate: async ({ token }) =>
    allow('editor', token === 'ada' ? { id: 'ada', name: 'Ada', color: '#7c3aed' } : { id: token, name: null }),
};

const hooks = [
  ['the server alone', []],
  ['hooks on messages', [{ async beforeHandleAwareness() {} }]],
] as const;

type Person = ReturnType<typeof joinHocuspocus> | ReturnType<typeof joinYWebsocket>;

function seenBy({ provider }: Person, clientId: number): unknown {
  return provider.awareness?.getStates().get(clientId);
}

describe('[G6] presence', () => {
  it('is of whom the token names, whatever the client says; the rest of it stays', async () => {
    const { url } = await start({ authenticator: byToken });
    const [ada, ben] = [joinHocuspocus(url, 'plan', { token: 'ada' }), joinYWebsocket(url, 'plan', { token: 'ben' })];
    const watcher = joinYWebsocket(url, 'plan', { token: 'watcher' });
    ada.provider.awareness?.setLocalState({ user: { name: 'Ben', color: 'red', id: 'ben', mood: 'sly' }, cursor: 7 });
    ben.provider.awareness.setLocalState({ typing: true });
    await vi.waitFor(() => {
      expect(seenBy(watcher, ada.doc.clientID)).toEqual({
        user: { name: 'Ada', color: '#7c3aed', id: 'ada', mood: 'sly' },
        cursor: 7,
      });
      expect(seenBy(watcher, ben.doc.clientID)).toEqual({ typing: true, user: { id: 'ben', name: 'ben' } });
    });
    ada.provider.awareness?.setLocalStateField('user', { name: 'Cleo' });
    ada.provider.awareness?.setLocalStateField('cursor', 8);
    await vi.waitFor(() =>
      expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 8, user: { name: 'Ada' } }),
    );
  });

  it('of guests is what they say of themselves', async () => {
    const { url } = await start({ authenticator: byToken });
    const [guest, watcher] = [joinHocuspocus(url, 'plan'), joinYWebsocket(url, 'plan', { token: 'ada' })];
    guest.provider.awareness?.setLocalState({ user: { name: 'A guest', color: '#123456' } });
    await vi.waitFor(() =>
      expect(seenBy(watcher, guest.doc.clientID)).toEqual({ user: { name: 'A guest', color: '#123456' } }),
    );
  });

  it('of guests says no id and no picture: those are of people whom a token names', async () => {
    const { url } = await start({ authenticator: byToken });
    const [guest, watcher] = [joinHocuspocus(url, 'plan'), joinYWebsocket(url, 'plan', { token: 'w' })];
    const state = { user: { name: 'Ada', color: '#123456', id: 'ada', avatar: 'https://ada', mood: 'sly' }, cursor: 7 };
    guest.provider.awareness?.setLocalState(state);
    const shown = { user: { name: 'Ada', color: '#123456', mood: 'sly' }, cursor: 7 };
    await vi.waitFor(() => expect(seenBy(watcher, guest.doc.clientID)).toEqual(shown));
    guest.provider.awareness?.setLocalStateField('cursor', 8);
    await vi.waitFor(() => expect(seenBy(watcher, guest.doc.clientID)).toEqual({ ...shown, cursor: 8 }));
  });

  it('[R10] of somebody else is not taken over, nor taken away, whatever clock is claimed', async () => {
    const { url } = await start({ authenticator: byToken });
    const [ada, watcher] = [joinHocuspocus(url, 'plan', { token: 'ada' }), joinYWebsocket(url, 'plan', { token: 'w' })];
    ada.provider.awareness?.setLocalState({ cursor: 1 });
    await vi.waitFor(() => expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 1 }));
    const mallory = joinYWebsocket(url, 'plan', { token: 'mallory' });
    await vi.waitFor(() => expect(seenBy(mallory, ada.doc.clientID)).toBeDefined());
    const raw = await openRaw(url, 'plan');
    for (const [clock, state] of [
      [1_000, '{"cursor":666}'],
      [2_000, 'null'],
    ] as const) {
      raw.say({ kind: 'presence', presence: encodePresence([{ clientId: ada.doc.clientID, clock, state }]) });
    }
    raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state: '{"cursor":3}' }]) });
    await vi.waitFor(() => expect(seenBy(watcher, 7)).toBeDefined());
    expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 1, user: { id: 'ada' } });
  });

  it('[R10] of a named user who has lost the connection is not taken by somebody else who waits for that', async () => {
    const { url } = await start({ authenticator: byToken });
    const [ada, watcher] = [joinHocuspocus(url, 'plan', { token: 'ada' }), joinYWebsocket(url, 'plan', { token: 'w' })];
    ada.provider.awareness?.setLocalState({ cursor: 1 });
    await vi.waitFor(() => expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 1 }));
    const [squatter, early] = [await openRaw(url, 'plan'), ada.doc.clientID];
    ada.socket.disconnect();
    await vi.waitFor(() => expect(seenBy(watcher, ada.doc.clientID)).toBeUndefined());
    const said = (clientId: number, clock: number) =>
      ({ kind: 'presence', presence: encodePresence([{ clientId, clock, state: '{"cursor":666}' }]) }) as const;
    squatter.say(said(early, 1_000));
    squatter.say(said(7, 1));
    // Who comes later has heard nothing of her, and says so at once.
    await openRaw(url, 'plan', [said(early, 2_000), said(8, 1)]);
    for (const client of [7, 8]) await vi.waitFor(() => expect(seenBy(watcher, client)).toBeDefined());
    expect(seenBy(watcher, ada.doc.clientID)).toBeUndefined();
    ada.socket.connect();
    ada.provider.awareness?.setLocalState({ cursor: 2 });
    await vi.waitFor(() =>
      expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 2, user: { id: 'ada', name: 'Ada' } }),
    );
  });

  it('[R10] of a guest is not taken over by another who has seen it, nor taken away', async () => {
    const { url } = await start({ authenticator: byToken });
    const [guest, watcher] = [joinHocuspocus(url, 'plan'), joinYWebsocket(url, 'plan', { token: 'w' })];
    guest.provider.awareness?.setLocalState({ cursor: 1 });
    await vi.waitFor(() => expect(seenBy(watcher, guest.doc.clientID)).toEqual({ cursor: 1 }));
    const raw = await openRaw(url, 'plan');
    await vi.waitFor(() => expect(raw.heard.some(({ kind }) => kind === 'presence')).toBe(true));
    for (const [clock, state] of [
      [1_000, '{"cursor":666}'],
      [2_000, 'null'],
    ] as const) {
      raw.say({ kind: 'presence', presence: encodePresence([{ clientId: guest.doc.clientID, clock, state }]) });
    }
    raw.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state: '{"cursor":3}' }]) });
    await vi.waitFor(() => expect(seenBy(watcher, 7)).toBeDefined());
    expect(seenBy(watcher, guest.doc.clientID)).toEqual({ cursor: 1 });
    raw.socket.terminate();
    await vi.waitFor(() => expect(seenBy(watcher, 7)).toBeUndefined());
    expect(seenBy(watcher, guest.doc.clientID)).toEqual({ cursor: 1 });
  });

  it.each(hooks)(
    '[R10] of a guest who comes back before the old socket was missed stays when that ends, with %s',
    async (_, extensions) => {
      const { url } = await start({ authenticator: byToken, extensions });
      const watcher = joinYWebsocket(url, 'plan', { token: 'w' });
      const said = (state: string) =>
        ({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state }]) }) as const;
      const old = await openRaw(url, 'plan', [said('{"cursor":1}')]);
      await vi.waitFor(() => expect(seenBy(watcher, 7)).toEqual({ cursor: 1 }));
      await openRaw(url, 'plan', [said('{"cursor":2}')]);
      await vi.waitFor(() => expect(seenBy(watcher, 7)).toEqual({ cursor: 2 }));
      old.socket.terminate();
      const late = await openRaw(url, 'plan', [
        { kind: 'presence', presence: encodePresence([{ clientId: 8, clock: 1, state: '{}' }]) },
      ]);
      await vi.waitFor(() => expect(seenBy(watcher, 8)).toBeDefined());
      late.socket.terminate();
      await vi.waitFor(() => expect(seenBy(watcher, 8)).toBeUndefined());
      expect(seenBy(watcher, 7)).toEqual({ cursor: 2 });
    },
  );

  it('is taken over by the same person on another connection', async () => {
    const { url } = await start({ authenticator: byToken });
    const [ada, watcher] = [joinHocuspocus(url, 'plan', { token: 'ada' }), joinYWebsocket(url, 'plan', { token: 'w' })];
    ada.provider.awareness?.setLocalState({ cursor: 1 });
    await vi.waitFor(() => expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 1 }));
    const again = joinHocuspocus(url, 'plan', { token: 'ada', doc: ada.doc });
    again.provider.awareness?.setLocalState({ cursor: 2 });
    await vi.waitFor(() => expect(seenBy(watcher, ada.doc.clientID)).toMatchObject({ cursor: 2 }));
  });

  it('[G4] that is too large with the name in it is refused: who repeats it would be', async () => {
    const { url } = await start({ authenticator: byToken });
    const roomy = await openRaw(url, 'plan');
    const state = JSON.stringify({ text: 'x'.repeat(testLimits.maxPresenceStateBytes - 20) });
    roomy.say({ kind: 'presence', presence: encodePresence([{ clientId: 7, clock: 1, state }]) });
    const watcher = joinYWebsocket(url, 'plan', { token: 'w' });
    await vi.waitFor(() => expect(seenBy(watcher, 7)).toBeDefined());
    const ada = joinYWebsocket(url, 'plan', { token: 'ada' });
    const closed = new Promise((resolve) => ada.provider.on('closed', ({ code }) => resolve(code)));
    await vi.waitFor(() => expect(ada.provider.synced).toBe(true));
    ada.provider.awareness.setLocalState(JSON.parse(state) as Record<string, unknown>);
    expect(await closed).toBe(4400);
  });
});
