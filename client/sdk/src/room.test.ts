import { closeCodes } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenRequest } from './api.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { openStage, type Stage, textOf, type } from './testing/stage.ts';
import { until, untilState, untilTrue } from './testing/until.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  await stage.close();
});

describe('a room', () => {
  it('[G1] is saved once its edit has a receipt, and not before', async () => {
    const room = stage.connect().open('plan');
    expect(room.status.get()).toMatchObject({ state: 'connecting', loaded: false });
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    type(room, 'hello');
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 1 });
    await untilTrue(() => stage.savedText() === 'hello');
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 1 });
    stage.peer.releaseReceipts();
    await untilState(room, 'saved');
  });

  it('[G1] sends every edit, whatever those who watch its status throw', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const room = stage.connect().open('plan');
    await room.whenSaved();
    const fault = new Error('a component that could not render');
    room.status.subscribe(() => {
      throw fault;
    });
    type(room, 'a');
    type(room, 'b');
    await untilTrue(() => stage.savedText() === 'ab');
    await room.whenSaved();
    expect(reported).toContain(fault);
    vi.unstubAllGlobals();
  });

  it('[G6] whose token is over comes back with a fresh one, and its edits with it', async () => {
    let made = 0;
    const room = stage.connect({ getToken: async () => `token ${++made}` }).open('plan');
    await room.whenSaved();
    stage.peer.closeDocument('plan', closeCodes.unauthorized.name);
    await untilState(room, 'reconnecting');
    type(room, 'typed meanwhile');
    await untilTrue(() => stage.savedText() === 'typed meanwhile');
    expect(stage.peer.tokens).toEqual(['token 1', 'token 2']);
  });

  it('[G6] with no other token, or one that is no better, says that nobody is signed in, and stops', async () => {
    const stays = stage.connect({ token: 'the only one' }).open('plan');
    const renews = stage.connect({ getToken: async () => 'always the same' }).open('plan');
    await Promise.all([stays.whenSaved(), renews.whenSaved()]);
    stage.peer.denies = closeCodes.unauthorized.name;
    stage.peer.closeDocument('plan', closeCodes.unauthorized.name);
    for (const room of [stays, renews]) {
      await untilState(room, 'cannot-save');
      expect(room.status.get()).toMatchObject({ retrying: false, reason: closeCodes.unauthorized.shown });
    }
    expect(stage.peer.tokens.toSorted()).toEqual(['always the same', 'always the same', 'the only one']);
  });

  it('[G6] whose access was taken back comes back with a fresh token, and its edits with it', async () => {
    let made = 0;
    const room = stage.connect({ getToken: async () => `token ${++made}` }).open('plan');
    await room.whenSaved();
    stage.peer.closeDocument('plan', closeCodes.accessRevoked.name);
    await untilState(room, 'reconnecting');
    type(room, 'typed meanwhile');
    await untilTrue(() => stage.savedText() === 'typed meanwhile');
    expect(stage.peer.tokens).toEqual(['token 1', 'token 2']);
  });

  it('[G6] whose fresh token is refused as revoked waits for the next second, asks once more, and then stops', async () => {
    const clock = new ManualClock();
    let made = 0;
    const room = stage.connect({ clock, getToken: async () => `token ${++made}` }).open('plan');
    stage.peer.denies = closeCodes.accessRevoked.name;
    await untilTrue(() => stage.peer.tokens.length === 1);
    stage.peer.denies = null;
    // In small steps: the refusal is on its way, and what it makes the room wait for begins when it arrives.
    let waitedMs = 0;
    await untilTrue(() => {
      if (stage.peer.tokens.length > 1) return true;
      clock.advance(25);
      waitedMs += 25;
      return false;
    });
    expect(waitedMs).toBeGreaterThanOrEqual(1_200);
    await room.whenSaved();
    expect(stage.peer.tokens).toEqual(['token 1', 'token 2']);

    stage.peer.denies = closeCodes.accessRevoked.name;
    stage.peer.closeDocument('plan', closeCodes.accessRevoked.name);
    await untilState(room, 'reconnecting');
    clock.advance(1_000);
    await untilTrue(() => stage.peer.tokens.length === 3);
    await untilTrue(() => {
      clock.advance(25);
      return room.status.get().state === 'cannot-save';
    });
    expect(room.status.get()).toMatchObject({ retrying: false, reason: closeCodes.accessRevoked.shown });
    clock.advance(60_000);
    expect(stage.peer.tokens).toHaveLength(4);
  });

  it('[G6] whose link has ended says so, and does not come back', async () => {
    const clock = new ManualClock();
    const room = stage.connect({ clock, getToken: async () => 'the same link' }).open('plan');
    await room.whenSaved();
    stage.peer.closeDocument('plan', closeCodes.linkEnded.name);
    await untilState(room, 'cannot-save');
    expect(room.status.get()).toMatchObject({ retrying: false, canEdit: false, reason: closeCodes.linkEnded.shown });
    clock.advance(60_000);
    expect(stage.peer.tokens).toHaveLength(1);
  });

  it('[G6] stays as it is when no fresh token can be had, and sends one when it is asked again', async () => {
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockResolvedValueOnce('token 1')
      .mockRejectedValueOnce(new Error('the page can not reach its backend'))
      .mockResolvedValue('token 2');
    const room = stage.connect({ getToken }).open('plan');
    await room.whenSaved();
    const states: string[] = [];
    room.status.subscribe(({ state }) => states.push(state));
    stage.peer.askForToken('plan');
    await untilTrue(() => getToken.mock.calls.length === 2);
    stage.peer.askForToken('plan');
    await untilTrue(() => stage.peer.tokens.length === 2);
    expect(stage.peer.tokens).toEqual(['token 1', 'token 2']);
    expect(states.filter((state) => state !== 'saved')).toEqual([]);
    expect(stage.peer.connections).toHaveLength(1);
  });

  it('[G6] without a token says why and asks again, and leaves alone those that are in on the same socket', async () => {
    const { client, fault, isAway, getToken, untilAskedAgain, untilPassing } = withSignIn();
    const plan = client.open('plan');
    await plan.whenSaved();
    const states: string[] = [];
    plan.status.subscribe(({ state }) => states.push(state));
    isAway.value = true;
    const other = client.open('other');
    const status = await untilState(other, 'cannot-save');
    expect(status).toMatchObject({ loaded: false, retrying: true, error: { code: 'no-token', cause: fault } });
    expect(status.reason).toContain(fault.message);
    for (let failed = 0; failed < 3; failed += 1) await untilAskedAgain();
    type(plan, 'written meanwhile');
    await plan.whenSaved();
    expect(other.status.get().state).toBe('cannot-save');
    isAway.value = false;
    await untilPassing(() => other.status.get().state === 'saved');
    expect(other.status.get().error).toBeUndefined();
    expect(getToken.mock.calls.length).toBe(1 + 5);
    expect(states.filter((state) => state !== 'saved' && state !== 'saving')).toEqual([]);
    expect(stage.peer.connections).toHaveLength(1);
    expect(stage.savedText()).toBe('written meanwhile');
  });

  it('[G6] whose token can not be renewed stays open until its time is up, and tries again all the while', async () => {
    const { client, fault, isAway, untilAskedAgain, untilPassing } = withSignIn();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    const states: string[] = [];
    for (const { status } of [plan, other]) status.subscribe(({ state }) => states.push(state));

    isAway.value = true;
    stage.peer.askForToken('plan');
    const failing = await until(plan.status, ({ error }) => error !== undefined);
    expect(failing).toMatchObject({ state: 'saved', error: { code: 'no-token', cause: fault } });
    await untilAskedAgain();
    await untilAskedAgain();
    isAway.value = false;
    await untilPassing(() => stage.peer.tokens.length === 3);
    expect(plan.status.get().error).toBeUndefined();

    isAway.value = true;
    stage.peer.askForToken('plan');
    await until(plan.status, ({ error }) => error !== undefined);
    type(plan, 'in time');
    await plan.whenSaved();
    expect(states.filter((state) => state !== 'saved' && state !== 'saving')).toEqual([]);
    stage.peer.closeDocument('plan', closeCodes.unauthorized.name);
    const status = await untilState(plan, 'cannot-save');
    expect(status).toMatchObject({ retrying: true, canEdit: true, error: { cause: fault } });
    type(plan, ', and after');
    await untilAskedAgain();
    isAway.value = false;
    await untilPassing(() => plan.status.get().state === 'saved');
    expect(stage.savedText()).toBe('in time, and after');
    expect(other.status.get().state).toBe('saved');
    expect(stage.peer.connections).toHaveLength(1);
  });

  it('is not saved under another name while there is no token, and that says so', async () => {
    const { client, fault, isAway } = withSignIn();
    const plan = client.open('plan');
    await plan.whenSaved();
    isAway.value = true;
    await expect(plan.saveAs()).rejects.toMatchObject({ code: 'no-token', cause: fault, retryable: true });
    expect(plan.status.get().state).toBe('saved');
  });

  it('[G6] sends a fresh token when the server asks for one, and stays as it is', async () => {
    let made = 0;
    const room = stage.connect({ getToken: async () => `token ${++made}` }).open('plan');
    await room.whenSaved();
    const states: string[] = [];
    room.status.subscribe(({ state }) => states.push(state));
    stage.peer.askForToken('plan');
    await untilTrue(() => stage.peer.tokens.length === 2);
    expect(stage.peer.tokens).toEqual(['token 1', 'token 2']);
    expect(states.filter((state) => state !== 'saved')).toEqual([]);
  });

  it('sees what others write, without calling it its own', async () => {
    const [ada, ben] = [stage.connect().open('plan'), stage.connect().open('plan')];
    await Promise.all([ada.whenSaved(), ben.whenSaved()]);
    stage.peer.holdsReceipts = true;
    type(ada, 'from ada');
    await untilTrue(() => textOf(ben).toString() === 'from ada');
    expect(ben.status.get()).toMatchObject({ state: 'saved', unsaved: 0 });
    expect(ada.status.get().unsaved).toBe(1);
  });

  it('[R2] five offline edits are unsaved until the step 2 of the next connection is durable', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    for (const letter of 'abcde') type(room, letter);
    const states = new Set<string>();
    room.status.subscribe((status) => states.add(status.state));
    await untilTrue(() => stage.savedText() === 'abcde');
    expect(room.status.get()).toMatchObject({ state: 'saving', unsaved: 5 });
    expect(states).not.toContain('saved');
    stage.peer.releaseReceipts(1);
    await untilState(room, 'saved');
    expect(stage.peer.connections.at(-1)?.kindsHeard()).not.toContain('update');
  });

  it('[R2] one receipt after a reconnect does not confirm what was typed after the step 2', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    stage.peer.holdsReceipts = true;
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    type(room, 'a');
    await untilTrue(() => stage.savedText() === 'a');
    type(room, 'b');
    type(room, 'c');
    await untilTrue(() => stage.savedText() === 'abc');
    stage.peer.releaseReceipts(1);
    const { state } = await until(room.status, (status) => status.unsaved === 2);
    expect(state).toBe('saving');
    stage.peer.releaseReceipts(2);
    await untilState(room, 'saved');
  });

  it('[G1] is saved as long as the server has confirmed all that was written, and the loss of a connection changes nothing', async () => {
    const room = stage.connect().open('plan');
    const heard: boolean[] = [];
    room.saved.subscribe((isSaved) => heard.push(isSaved));
    expect(room.saved.get()).toBe(false);
    await room.whenSaved();
    expect(room.saved.get()).toBe(true);
    stage.peer.holdsReceipts = true;
    type(room, 'precious');
    expect(room.saved.get()).toBe(false);
    await untilTrue(() => stage.peer.heldReceipts > 0);
    stage.peer.releaseReceipts();
    await room.whenSaved();
    stage.peer.drop();
    await untilState(room, 'reconnecting');
    expect([room.saved.get(), heard]).toEqual([true, [true, false, true]]);
  });

  it('[G1] says in its status and by itself the same, at every moment that somebody is told of', async () => {
    const room = stage.connect().open('plan');
    const seen: unknown[] = [];
    const look = () => seen.push([room.status.get().state, room.saved.get()]);
    room.status.subscribe(look);
    room.saved.subscribe(look);
    await room.whenSaved();
    type(room, 'precious');
    await untilState(room, 'saved');
    expect(seen).toContainEqual(['saved', true]);
    expect(seen).toContainEqual(['saving', false]);
    expect(seen).not.toContainEqual(['saved', false]);
    expect(seen).not.toContainEqual(['saving', true]);
  });

  it('gives up asking whether its document is a large one once it is closed', async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    vi.stubGlobal('fetch', (_url: unknown, request?: RequestInit) => {
      signals.push(request?.signal);
      return new Promise<never>(() => {});
    });
    const client = stage.connect();
    client.open('plan');
    await untilTrue(() => signals.length === 1);
    expect(signals[0]?.aborted).toBe(false);
    client.close();
    expect(signals[0]?.aborted).toBe(true);
    vi.unstubAllGlobals();
  });

  it('gives up the token that it waits for once it is closed, and no other room’s', async () => {
    const signals: AbortSignal[] = [];
    const getToken = ({ signal }: TokenRequest) => {
      signals.push(signal);
      return new Promise<string>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    const client = stage.connect({ getToken });
    const left = client.open('plan');
    client.open('other');
    await untilTrue(() => signals.length === 2);
    left.leave();
    await untilTrue(() => signals[0]?.aborted === true);
    expect(signals[1]?.aborted).toBe(false);
    client.close();
    expect(signals[1]?.reason).toMatchObject({ code: 'room-closed' });
  });

  it('[R2] edits between the opening of the socket and the step 2 leave in the step 2 alone', async () => {
    let giveToken: (token: string) => void = () => {};
    const getToken = vi.fn(() => new Promise<string>((resolve) => (giveToken = resolve)));
    const room = stage.connect({ getToken }).open('plan');
    await untilTrue(() => getToken.mock.calls.length === 1);
    stage.peer.holdsReceipts = true;
    type(room, 'early');
    room.doc.transact(() => textOf(room).delete(0, 1));
    giveToken('secret');
    await untilTrue(() => stage.savedText() === 'arly');
    expect(stage.peer.connections[0]?.kindsHeard()).toEqual(['token', 'step-1', 'presence', 'step-2']);
    expect(room.status.get().unsaved).toBe(2);
    stage.peer.releaseReceipts(1);
    await untilState(room, 'saved');
  });

  it('[G6] that may only be viewed says so', async () => {
    stage.peer.scope = 'readonly';
    const room = stage.connect().open('plan');
    expect(await untilState(room, 'view-only')).toMatchObject({ canEdit: false, loaded: true, label: 'View only' });
  });

  it('[G6] is refused for good when access is denied', async () => {
    stage.peer.denies = closeCodes.forbidden.name;
    const room = stage.connect().open('plan');
    const status = await untilState(room, 'cannot-save');
    expect(status).toMatchObject({ reason: closeCodes.forbidden.shown, canEdit: false, loaded: false });
    await expect(room.whenLoaded()).rejects.toMatchObject({ code: 'refused' });
    await untilTrue(() => stage.peer.connections[0]?.kindsHeard().includes('close'));
  });

  it('[R14] of a deleted document is gone, keeps its content on screen, and does not bring it back', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    type(plan, 'precious');
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.documents.delete('plan');
    stage.peer.closeDocument('plan', closeCodes.documentDeleted.name);
    expect(await untilState(plan, 'gone')).toMatchObject({ label: 'Deleted', canEdit: false });
    expect(other.status.get().state).toBe('saved');
    stage.peer.drop();
    await untilState(other, 'reconnecting');
    await untilState(other, 'saved');
    expect(stage.peer.connections.at(-1)?.kindsHeard('plan')).toEqual([]);
    expect(textOf(plan).toString()).toBe('precious');
  });

  it('[R4] with a change that does not fit is offered again once something was changed, and not before', async () => {
    const clock = new ManualClock();
    const client = stage.connect({ clock });
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    type(plan, 'far too much');
    stage.peer.closeDocument('plan', closeCodes.documentTooLarge.name);
    const status = await untilState(plan, 'cannot-save');
    expect(status).toMatchObject({ reason: closeCodes.documentTooLarge.shown, canEdit: true, retrying: false });
    clock.advance(3_000);
    await other.whenSaved();
    const joins = (): number => stage.peer.connections[0]?.kindsHeard().filter((kind) => kind === 'token').length ?? 0;
    expect(joins()).toBe(2);
    textOf(plan).delete(0, 8);
    clock.advance(1_000);
    await untilState(plan, 'saved');
    expect(joins()).toBe(3);
    expect(stage.savedText()).toBe('much');
  });

  it('joins again by itself when the server ends its connection for a passing reason', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.closeDocument('plan', closeCodes.loadFailed.name);
    expect((await untilState(plan, 'cannot-save')).reason).toBe(closeCodes.loadFailed.shown);
    type(plan, 'meanwhile');
    await untilState(plan, 'saved');
    expect(stage.savedText()).toBe('meanwhile');
    expect(stage.peer.connections).toHaveLength(1);
  });

  it('[G5] keeps saying why it cannot save through every reconnect, and saves when the server does', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.holdsReceipts = true;
    type(plan, 'unlucky');
    for (let round = 0; round < 2; round += 1) {
      const seen = stage.peer.connections.length;
      stage.peer.drop(closeCodes.storageRefused.code);
      const status = await untilState(plan, 'cannot-save');
      expect(status).toMatchObject({ reason: closeCodes.storageRefused.shown, canEdit: true, unsaved: 1 });
      expect(other.status.get().state).not.toBe('cannot-save');
      await untilTrue(() => stage.peer.connections.length > seen);
      await untilTrue(() => stage.peer.connections.at(-1)?.kindsHeard('plan').includes('step-2'));
      expect(plan.status.get().state).toBe('cannot-save');
    }
    stage.peer.holdsReceipts = false;
    stage.peer.releaseReceipts();
    await untilState(plan, 'saved');
    await untilState(other, 'saved');
  });

  it('a refusal of the whole socket stops the room that caused it, and the others go on', async () => {
    const client = stage.connect();
    const [plan, other] = [client.open('plan'), client.open('other')];
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    stage.peer.holdsReceipts = true;
    type(plan, 'too much');
    stage.peer.drop(closeCodes.tooMuchPending.code);
    expect(await untilState(plan, 'cannot-save')).toMatchObject({ canEdit: false });
    stage.peer.holdsReceipts = false;
    await untilState(other, 'saved');
    expect(stage.peer.connections.at(-1)?.kindsHeard('plan')).toEqual([]);
  });

  it('a frame that cannot be read costs the connection, not the page', async () => {
    const room = stage.connect().open('plan');
    await room.whenSaved();
    stage.peer.open[0]?.sendRaw(new Uint8Array([250, 1, 2]));
    await untilState(room, 'reconnecting');
    await untilState(room, 'saved');
  });
});

/** A page whose sign-in service can be away, and whose time passes only while somebody waits for what it brings. */
function withSignIn() {
  const clock = new ManualClock();
  const fault = new Error('the sign-in service is away');
  const isAway = { value: false };
  const getToken = vi.fn(async () => {
    if (isAway.value) throw fault;
    return 'good';
  });
  const untilPassing = (check: () => boolean) =>
    untilTrue(() => {
      clock.advance(100);
      return check();
    });
  return {
    client: stage.connect({ clock, getToken }),
    fault,
    getToken,
    isAway,
    untilPassing,
    untilAskedAgain() {
      const asked = getToken.mock.calls.length;
      return untilPassing(() => getToken.mock.calls.length > asked);
    },
  };
}
