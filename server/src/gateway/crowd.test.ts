import { encodePresence, readViewers, type Viewers } from '@quire/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import { createGatewayStage, keystrokes, type RawClient } from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

type Person = ReturnType<typeof joinHocuspocus> | ReturnType<typeof joinYWebsocket>;

const show = ({ provider }: Person, name: string): void => provider.awareness?.setLocalStateField('user', { name });

/** The names of others on somebody's screen. */
function seenBy({ provider, doc }: Person): string[] {
  const others = [...(provider.awareness?.getStates() ?? [])].filter(([clientId]) => clientId !== doc.clientID);
  return others.map(([, state]) => (state.user as { name: string } | undefined)?.name ?? '?').sort();
}

const countsHeardBy = ({ heard }: RawClient): (Viewers | null)[] =>
  heard.flatMap((frame) => (frame.kind === 'stateless' ? readViewers(frame.payload) : []));

const presenceHeardBy = ({ heard }: RawClient): number => heard.filter(({ kind }) => kind === 'presence').length;

const announce = (clientId: number, clock = 1) =>
  ({ kind: 'presence', presence: encodePresence([{ clientId, clock, state: `{"at":${clock}}` }]) }) as const;

describe('beyond the people whom a document lists', () => {
  it('[G7] unmodified providers of both dialects show those, and who begins to edit in the place of who does not', async () => {
    const complaints = vi.spyOn(console, 'error');
    const { url } = await start({ limits: { maxListedPeople: 2 } });
    const [ada, ben] = [joinHocuspocus(url, 'plan'), joinHocuspocus(url, 'plan')];
    show(ada, 'Ada');
    await vi.waitFor(() => expect(seenBy(ben)).toEqual(['Ada']));
    show(ben, 'Ben');
    await vi.waitFor(() => expect(seenBy(ada)).toEqual(['Ben']));
    const eve = joinYWebsocket(url, 'plan');
    show(eve, 'Eve');
    await vi.waitFor(() => expect(seenBy(eve)).toEqual(['Ada', 'Ben']));
    expect(seenBy(ada)).toEqual(['Ben']);
    ben.doc.getText('body').insert(0, 'b');
    await vi.waitFor(() => expect(eve.doc.getText('body').length).toBe(1));
    eve.doc.getText('body').insert(0, 'e');
    await vi.waitFor(() => {
      expect(seenBy(ada)).toEqual(['Ben', 'Eve']);
      expect(seenBy(ben)).toEqual(['Eve']);
    });
    expect(seenBy(eve)).toEqual(['Ben']);
    expect(ada.provider.awareness?.getLocalState()).toEqual({ user: { name: 'Ada' } });
    // Ada is back where she was once somebody leaves.
    ben.leave();
    await vi.waitFor(() => expect(seenBy(eve)).toEqual(['Ada']));
    expect(complaints).not.toHaveBeenCalled();
    complaints.mockRestore();
  });

  it('how many more there are is told to whoever can be told, when it changes, and to who comes', async () => {
    const { url } = await start({ limits: { maxListedPeople: 1 } });
    const [ada, ben] = [await openRaw(url, 'plan'), await openRaw(url, 'plan')];
    ada.say(announce(1));
    ben.say(announce(2));
    await vi.waitFor(() => expect(countsHeardBy(ada)).toEqual([{ count: 1, listed: 1 }]));
    const late = await openRaw(url, 'plan');
    await vi.waitFor(() => expect(countsHeardBy(late)).toEqual([{ count: 1, listed: 1 }]));
    ben.socket.terminate();
    await vi.waitFor(
      () =>
        expect(countsHeardBy(ada)).toEqual([
          { count: 1, listed: 1 },
          { count: 0, listed: 1 },
        ]),
      5_000,
    );
    expect(countsHeardBy(late)).toHaveLength(2);
  });

  it('while all are listed nobody is told a number', async () => {
    const { url } = await start({ limits: { maxListedPeople: 2 } });
    const [ada, ben] = [await openRaw(url, 'plan'), await openRaw(url, 'plan')];
    ada.say(announce(1));
    ben.say(announce(2));
    await vi.waitFor(() => expect(presenceHeardBy(ada)).toBe(1));
    expect(countsHeardBy(ada)).toEqual([]);
  });

  it('[G4] what they say of themselves costs nobody a message', async () => {
    const { url } = await start({ limits: { maxListedPeople: 1 } });
    const [ada, viewer] = [await openRaw(url, 'plan'), await openRaw(url, 'plan')];
    ada.say(announce(1));
    viewer.say(announce(2));
    await vi.waitFor(() => expect(countsHeardBy(ada)).toHaveLength(1));
    const before = ada.heard.length;
    for (let clock = 2; clock < 200; clock += 1) viewer.say(announce(2, clock));
    viewer.say({ kind: 'step-1', stateVector: new Uint8Array([0]) });
    await vi.waitFor(() => expect(viewer.heard.some(({ kind }) => kind === 'step-2')).toBe(true));
    const [key] = keystrokes(1);
    ada.say({ kind: 'update', update: key ?? new Uint8Array() });
    await vi.waitFor(() => expect(ada.heard.slice(before).map(({ kind }) => kind)).toContain('update'));
    expect(ada.heard.slice(before).filter(({ kind }) => kind === 'presence' || kind === 'stateless')).toEqual([]);
  });

  it('[G6] who may only read makes room for who may write', async () => {
    const byToken: Authenticator = {
      authenticate: async ({ token }) => allow(token === 'reader' ? 'reader' : 'editor', { id: token, name: token }),
    };
    const { url } = await start({ authenticator: byToken, limits: { maxListedPeople: 1 } });
    const watcher = joinYWebsocket(url, 'plan', { token: 'watcher' });
    watcher.provider.awareness.setLocalState(null);
    const reader = joinHocuspocus(url, 'plan', { token: 'reader' });
    show(reader, 'whoever');
    await vi.waitFor(() => expect(seenBy(watcher)).toEqual(['reader']));
    const editor = joinHocuspocus(url, 'plan', { token: 'editor' });
    show(editor, 'whoever');
    await vi.waitFor(() => expect(seenBy(watcher)).toEqual(['editor']));
  });
});
