import { closeCodes, type DocumentName, type Role } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { type Access, AccessError, type Authenticator, MAX_TOKEN_LENGTH } from '../auth/authenticator.ts';
import { createGatewayStage, EMPTY_VECTOR, type RawClient, storedText, textOf } from '../testing/gateway-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';

const stage = createGatewayStage();
const { joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

const NO_PINGS = { pingIntervalMs: 600_000 };
const SECOND = 1_000;

let clock: ManualClock;
/** What each token stands for; any other is refused. */
let tokens: Map<string, { readonly role: Role | null; readonly user?: string; readonly lastsMs?: number }>;
/** Tokens that were asked about, in their order. */
let asked: string[];
beforeEach(() => {
  clock = new ManualClock();
  tokens = new Map();
  asked = [];
});

const authenticator: Authenticator = {
  async authenticate({ token }): Promise<Access> {
    asked.push(token);
    const known = tokens.get(token);
    if (known === undefined) throw new AccessError(closeCodes.unauthorized);
    const { role, user = token, lastsMs } = known;
    const expiresAt = lastsMs === undefined ? null : clock.now() + lastsMs;
    return { user: { id: user, name: null }, expiresAt, roleIn: () => role };
  },
};

const start = (options: Parameters<typeof stage.start>[0] = {}) =>
  stage.start({ authenticator, clock, limits: NO_PINGS, ...options });

function ends({ heard }: RawClient): string[] {
  return heard.flatMap((frame) => (frame.kind === 'closed' || frame.kind === 'denied' ? [frame.reason] : []));
}

function scopes({ heard }: RawClient): string[] {
  return heard.flatMap((frame) => (frame.kind === 'authenticated' ? [frame.scope] : []));
}

function renew(raw: RawClient, token: string): void {
  raw.say({ kind: 'token', token, providerVersion: null });
}

function keystroke(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

describe('[G6] time', () => {
  it('ends what a token allowed, in either dialect, and drops nobody else', async () => {
    tokens.set('', { role: 'editor', lastsMs: 60 * SECOND });
    tokens.set('cleo', { role: 'reader', lastsMs: 50 * SECOND });
    tokens.set('ben', { role: 'editor' });
    const issuedAt = clock.now();
    const { url } = await start({
      authenticator: {
        async authenticate(request) {
          const access = await authenticator.authenticate(request);
          const lastsMs = tokens.get(request.token)?.lastsMs;
          return { ...access, expiresAt: lastsMs === undefined ? null : issuedAt + lastsMs };
        },
      },
    });
    const ada = await openRaw(url, 'plan');
    const cleo = joinYWebsocket(url, 'plan', { token: 'cleo' });
    const ben = joinHocuspocus(url, 'plan', { token: 'ben' });
    const cleoClosed = new Promise((resolve) => cleo.provider.on('closed', ({ code }) => resolve(code)));
    await vi.waitFor(() => expect([cleo.provider.synced, ben.provider.isSynced]).toEqual([true, true]));
    clock.advance(49 * SECOND);
    expect(ends(ada)).toEqual([]);
    clock.advance(2 * SECOND);
    expect(await cleoClosed).toBe(closeCodes.unauthorized.code);
    clock.advance(10 * SECOND);
    await vi.waitFor(() => expect(ends(ada)).toEqual(['unauthorized']));
    ben.doc.getText('body').insert(0, 'still here');
    await vi.waitFor(() => expect(ben.provider.hasUnsyncedChanges).toBe(false));
  });

  it('is told before it is over: whose provider sends a fresh token stays, and types on', async () => {
    tokens.set('first', { role: 'editor', user: 'ada', lastsMs: 60 * SECOND });
    tokens.set('second', { role: 'editor', user: 'ada', lastsMs: 600 * SECOND });
    const { url, store } = await start();
    const ada = joinHocuspocus(url, 'plan', { token: 'first' });
    await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
    ada.provider.configuration.token = () => 'second';
    clock.advance(29 * SECOND);
    expect(asked).toEqual(['first']);
    clock.advance(2 * SECOND);
    await vi.waitFor(() => expect(asked).toEqual(['first', 'second']));
    clock.advance(120 * SECOND);
    ada.doc.getText('body').insert(0, 'typed on');
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe('typed on');
  });

  it('is asked about again while there is no answer, but not all the time', async () => {
    tokens.set('', { role: 'editor', lastsMs: 60 * SECOND });
    const { url } = await start();
    const ada = await openRaw(url, 'plan');
    clock.advance(59 * SECOND);
    await vi.waitFor(() => expect(ada.heard.filter(({ kind }) => kind === 'token-request')).toHaveLength(3));
    expect(asked).toEqual(['']);
  });
});

it('[G6] who answers with the token that is about to end is not asked more often for it', async () => {
  const endsAt = clock.now() + 60 * SECOND;
  const fixed: Authenticator = {
    async authenticate({ token }) {
      asked.push(token);
      return { user: { id: 'ada', name: null }, expiresAt: endsAt, roleIn: () => 'editor' };
    },
  };
  const { url } = await start({ authenticator: fixed });
  const ada = joinHocuspocus(url, 'plan', { token: 'same' });
  await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
  clock.advance(31 * SECOND);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  clock.advance(5 * SECOND);
  const raw = await openRaw(url, 'plan');
  raw.say({ kind: 'query-presence' }); // behind whatever was asked meanwhile
  await vi.waitFor(() => expect(raw.heard.some(({ kind }) => kind === 'presence')).toBe(true));
  expect(asked.filter((token) => token === 'same')).toHaveLength(2);
});

describe.each([
  ['with the server alone', []],
  ['with extensions', [{}]],
])('[G6] a fresh token, %s', (_, extensions) => {
  it('takes the right to write away in place, and gives it back', async () => {
    tokens.set('', { role: 'editor', user: 'ada' });
    tokens.set('reader', { role: 'reader', user: 'ada' });
    const { url, store } = await start({ extensions });
    const ada = await openRaw(url, 'plan', [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
    ada.say({ kind: 'step-2', update: keystroke('first ') });
    await vi.waitFor(() => expect(ada.receipts()).toBe(1));
    renew(ada, 'reader');
    await vi.waitFor(() => expect(scopes(ada)).toEqual(['read-write', 'readonly']));
    ada.say({ kind: 'update', update: keystroke('refused') });
    await vi.waitFor(() => expect(ada.heard.at(-1)).toEqual({ kind: 'receipt', durable: false }));
    renew(ada, '');
    await vi.waitFor(() => expect(scopes(ada)).toEqual(['read-write', 'readonly', 'read-write']));
    ada.say({ kind: 'update', update: keystroke('third ') });
    await vi.waitFor(() => expect(ada.receipts()).toBe(2));
    expect(await storedText(store, 'plan')).not.toContain('refused');
    expect(ends(ada)).toEqual([]);
  });

  it('is told where it is another role, also when that may write as before, and not where it is the same', async () => {
    for (const token of ['', 'editor']) tokens.set(token, { role: 'editor', user: 'ada' });
    for (const token of ['owner', 'also owner']) tokens.set(token, { role: 'owner', user: 'ada' });
    const { url } = await start({ extensions });
    const ada = await openRaw(url, 'plan');
    renew(ada, 'owner');
    await vi.waitFor(() => expect(scopes(ada)).toHaveLength(2));
    renew(ada, 'also owner');
    await vi.waitFor(() => expect(asked.at(-1)).toBe('also owner'));
    renew(ada, 'editor');
    await vi.waitFor(() => expect(scopes(ada)).toHaveLength(3));
    expect(ada.heard).toEqual(Array(3).fill({ kind: 'authenticated', scope: 'read-write' }));
  });

  it('[R4] that lets somebody write brings what they wrote before, which was refused', async () => {
    tokens.set('reader', { role: 'reader', user: 'ada' });
    tokens.set('editor', { role: 'editor', user: 'ada' });
    const { url, store } = await start({ extensions });
    const ada = joinHocuspocus(url, 'plan', { token: 'reader' });
    const ben = joinHocuspocus(url, 'plan', { token: 'editor' });
    await vi.waitFor(() => expect(ada.provider.authorizedScope).toBe('readonly'));
    ada.doc.getText('body').insert(0, 'while I could only read');
    await vi.waitFor(() => expect(ada.provider.unsyncedChanges).toBeGreaterThan(0));
    ada.provider.configuration.token = 'editor';
    await ada.provider.sendToken();
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('while I could only read'));
    ada.doc.getText('body').insert(0, 'now, and ');
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('now, and while I could only read'));
  });

  it.each([
    ['that is wrong', 'no such token', 'unauthorized'],
    ['that does not cover the document', 'elsewhere', 'forbidden'],
  ])('%s ends that document, and the others on the socket stay', async (_kind, token, reason) => {
    tokens.set('', { role: 'editor' });
    tokens.set('elsewhere', { role: null });
    const { url } = await start({ extensions });
    const ada = await openRaw(url, 'plan');
    renew(ada, token);
    await vi.waitFor(() => expect(ends(ada)).toEqual([reason]));
    expect(ada.socket.readyState).toBe(ada.socket.OPEN);
    renew(ada, '');
    await vi.waitFor(() => expect(scopes(ada)).toHaveLength(2));
  });
});

it('[G4] [G6] a token that is far too long is refused for its document alone, and nobody is asked about it', async () => {
  tokens.set('', { role: 'editor' });
  const { url } = await start();
  const tooLong = 'x'.repeat(MAX_TOKEN_LENGTH + 1);
  const ada = await openRaw(url, 'plan');
  renew(ada, tooLong);
  await vi.waitFor(() => expect(ends(ada)).toEqual(['unauthorized']));
  expect(ada.socket.readyState).toBe(ada.socket.OPEN);
  renew(ada, tooLong);
  await vi.waitFor(() => expect(ends(ada)).toEqual(['unauthorized', 'unauthorized']));
  renew(ada, '');
  await vi.waitFor(() => expect(scopes(ada)).toHaveLength(2));
  expect(asked).toEqual(['', '']);
});

it('[G4] a token that is far too long does not wait behind the check of another', async () => {
  const gate = Promise.withResolvers<void>();
  const slow: Authenticator = {
    async authenticate(request) {
      if (request.token === 'slow') await gate.promise;
      return authenticator.authenticate(request);
    },
  };
  tokens.set('', { role: 'editor', user: 'ada' });
  tokens.set('slow', { role: 'editor', user: 'ada' });
  const { url } = await start({ authenticator: slow });
  const ada = await openRaw(url, 'plan');
  renew(ada, 'slow');
  renew(ada, 'x'.repeat(MAX_TOKEN_LENGTH + 1));
  await vi.waitFor(() => expect(ends(ada)).toEqual(['unauthorized']));
  gate.resolve();
});

it('[G6] a token of somebody else ends the connection: it is theirs to open another', async () => {
  tokens.set('', { role: 'editor', user: 'ada' });
  tokens.set('ben', { role: 'editor', user: 'ben' });
  const { url } = await start();
  const ada = await openRaw(url, 'plan');
  renew(ada, 'ben');
  await vi.waitFor(() => expect(ends(ada)).toEqual(['unauthorized']));
  renew(ada, 'ben');
  await vi.waitFor(() => expect(scopes(ada)).toHaveLength(2));
});

it('[G5] an authenticator that fails while somebody is in fails them alone, and they stay', async () => {
  let isBroken = false;
  const broken: Authenticator = {
    async authenticate(request) {
      const access = await authenticator.authenticate(request);
      return { ...access, roleIn: (document) => (isBroken ? (undefined as never as Access) : access).roleIn(document) };
    },
  };
  tokens.set('', { role: 'editor', user: 'ada' });
  tokens.set('reader', { role: 'reader', user: 'ada' });
  const { url } = await start({ authenticator: broken });
  const ada = await openRaw(url, 'plan');
  isBroken = true;
  renew(ada, 'reader');
  await vi.waitFor(() => expect(asked).toEqual(['', 'reader']));
  isBroken = false;
  renew(ada, 'reader');
  await vi.waitFor(() => expect(scopes(ada)).toEqual(['read-write', 'readonly']));
  expect(ends(ada)).toEqual([]);
});

it('[G6] while nobody can say who may enter, those who are in stay, and who comes may try again', async () => {
  let isAway = false;
  const faulty: Authenticator = {
    authenticate: (request) =>
      isAway ? Promise.reject(new AccessError(closeCodes.authUnavailable)) : authenticator.authenticate(request),
  };
  tokens.set('', { role: 'editor' });
  const { url } = await start({ authenticator: faulty });
  const ada = await openRaw(url, 'plan');
  isAway = true;
  renew(ada, '');
  const ben = joinYWebsocket(url, 'plan', { token: '' });
  const benClosed = new Promise((resolve) => ben.provider.on('connection-close', (event) => resolve(event?.code)));
  expect(await benClosed).toBe(closeCodes.authUnavailable.code);
  expect(ends(ada)).toEqual([]);
  isAway = false;
  await vi.waitFor(() => expect(ben.provider.synced).toBe(true));
});

it('[G4] of many tokens at once one is looked at after the other, and of those that wait only the last', async () => {
  const gates: (() => void)[] = [];
  const slow: Authenticator = {
    async authenticate(request) {
      if (request.token !== '') await new Promise<void>((resolve) => gates.push(resolve));
      return authenticator.authenticate(request);
    },
  };
  tokens.set('', { role: 'editor', user: 'ada' });
  for (let index = 0; index < 50; index += 1) tokens.set(`token ${index}`, { role: 'editor', user: 'ada' });
  tokens.set('last', { role: 'reader', user: 'ada' });
  const { url } = await start({ authenticator: slow });
  const ada = await openRaw(url, 'plan', [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
  for (let index = 0; index < 50; index += 1) renew(ada, `token ${index}`);
  renew(ada, 'last');
  ada.say({ kind: 'query-presence' }); // behind all of them
  await vi.waitFor(() => expect(ada.heard.some(({ kind }) => kind === 'presence')).toBe(true));
  expect(gates).toHaveLength(1);
  gates[0]?.();
  await vi.waitFor(() => expect(gates).toHaveLength(2));
  gates[1]?.();
  await vi.waitFor(() => expect(scopes(ada)).toEqual(['read-write', 'readonly']));
  expect(asked).toEqual(['', 'token 0', 'last']);
});

it('[G6] a document is hidden from whose grants don’t cover it: nothing of it is loaded', async () => {
  tokens.set('', { role: null });
  const { url, collaboration } = await start();
  const ada = joinHocuspocus(url, 'plan' as DocumentName);
  const failed = new Promise((resolve) => ada.provider.on('authenticationFailed', resolve));
  expect(await failed).toEqual({ reason: 'forbidden' });
  expect(collaboration.openDocuments).toBe(0);
});
