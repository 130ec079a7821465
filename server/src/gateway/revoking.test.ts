import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import { closeCodes, type Role } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { AccessError, type Authenticator } from '../auth/authenticator.ts';
import { createServer, type QuireServer } from '../main.ts';
import { EMPTY_VECTOR, storedText, textOf } from '../testing/gateway-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { enterRaw, type RawPerson } from '../testing/raw-person.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const REVOKED = closeCodes.accessRevoked;
const ASKED_AGAIN_MS = 1_200;
const PATIENCE_MS = 2_500;

let clock: ManualClock;
let store: MemoryStore;
/** What each token stands for; any other is refused. */
let tokens: Map<string, { readonly user: string; readonly role: Role | null; readonly issuedAt: number }>;
/** Tokens that were asked about, in their order. */
let asked: string[];
let server: QuireServer;
let url: string;

const authenticator: Authenticator = {
  async authenticate({ token, headers, url: { searchParams } }) {
    const sent = token || searchParams.get('token') || (headers.get('authorization') ?? '').replace('Bearer ', '');
    asked.push(sent);
    const known = tokens.get(sent);
    if (known === undefined) throw new AccessError(closeCodes.unauthorized);
    const { user, role, issuedAt } = known;
    return { user: { id: user, name: null }, expiresAt: null, issuedAt, roleIn: () => role };
  },
};

async function start(extensions: readonly object[] = [], asks: Authenticator = authenticator): Promise<void> {
  server = await createServer(
    { port: 0, app: false, log: { level: 'silent' }, limits: { pingIntervalMs: 600_000 }, extensions },
    { store, clock, authenticator: asks },
  );
  ends.push(() => server.close());
  url = `ws://127.0.0.1:${server.port}`;
}

beforeEach(() => {
  clock = new ManualClock();
  store = new MemoryStore({ clock });
  asked = [];
  const issuedAt = clock.now() - 1_000;
  tokens = new Map([
    ['ada', { user: 'ada', role: 'editor', issuedAt }],
    ['ben', { user: 'ben', role: 'editor', issuedAt }],
  ]);
});

/** A token that is made now. */
function issue(token: string, user: string, role: Role | null): void {
  tokens.set(token, { user, role, issuedAt: clock.now() });
}

async function enter(token: string, name = 'plan'): Promise<RawPerson> {
  const person = await enterRaw(url, name, token);
  ends.push(() => person.socket.terminate());
  return person;
}

async function enterAndSync(token: string): Promise<RawPerson> {
  const person = await enter(token);
  person.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
  person.say({ kind: 'step-2', update: write('') });
  await until(() => person.countHeard('receipt') === 1, { what: 'the handshake is over' });
  return person;
}

function write(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

/** Resolves once the server has handled what they sent before. */
async function settle(person: RawPerson): Promise<void> {
  const heard = person.countHeard('presence');
  person.say({ kind: 'query-presence' });
  await until(() => person.countHeard('presence') > heard || !person.socket.isOpen, { what: 'an answer' });
}

describe.each([
  ['with the server alone', []],
  ['with extensions', [{}]],
])('[G6] whose access is taken back, %s,', (_, extensions) => {
  beforeEach(() => start(extensions));

  it('writes no more at once, is asked for a fresh token, and goes when none comes; other documents on the socket stay', async () => {
    const ada = await enterAndSync('ada');
    const revoking = server.revocations.revoke({ user: 'ada' });
    await revoking;
    ada.say({ kind: 'update', update: write('too late') });
    await until(() => ada.heard.some((frame) => frame.kind === 'receipt' && !frame.durable), { what: 'refused' });
    expect(ada.scopes).toEqual(['read-write', 'readonly']);
    expect(ada.countHeard('token-request')).toBe(1);
    clock.advance(ASKED_AGAIN_MS);
    await until(() => ada.countHeard('token-request') === 2, { what: 'asked again' });
    clock.advance(PATIENCE_MS - ASKED_AGAIN_MS - 1);
    await settle(ada);
    expect(ada.ends).toEqual([]);
    clock.advance(1);
    await until(() => ada.ends.length > 0, { what: 'the end' });
    expect([ada.ends, ada.socket.isOpen]).toEqual([[REVOKED.name], true]);
    expect(await storedText(store, 'plan')).toBe('');
  });

  it('stays when that is taken back in time, and what was refused meanwhile is asked for once more', async () => {
    const ada = await enterAndSync('ada');
    const { id } = await server.revocations.revoke({ user: 'ada' });
    await until(() => ada.scopes.at(-1) === 'readonly', { what: 'writes no more' });
    const asked = ada.countHeard('step-1');
    await server.revocations.lift(id);
    clock.advance(PATIENCE_MS);
    await until(() => ada.scopes.at(-1) === 'read-write', { what: 'may write again' });
    expect([ada.ends, ada.countHeard('step-1') - asked]).toEqual([[], 1]);
    ada.say({ kind: 'update', update: write('as before') });
    await until(() => ada.countHeard('receipt') === 2, { what: 'saved' });
    expect(await storedText(store, 'plan')).toBe('as before');
  });

  it('stays with a fresh token, and may do what that says', async () => {
    const ada = await enterAndSync('ada');
    await server.revocations.revoke({ user: 'ada' });
    issue('fresh', 'ada', 'editor');
    ada.sendToken('fresh');
    await until(() => ada.scopes.length === 3, { what: 'may write again' });
    clock.advance(2 * PATIENCE_MS);
    ada.say({ kind: 'update', update: write('as before') });
    await until(() => ada.countHeard('receipt') === 2, { what: 'saved' });
    expect([ada.scopes.at(-1), ada.ends]).toEqual(['read-write', []]);
    expect(await storedText(store, 'plan')).toBe('as before');

    clock.advance(1);
    await server.revocations.revoke({ user: 'ada' });
    issue('reader', 'ada', 'reader');
    ada.sendToken('reader');
    await until(() => asked.at(-1) === 'reader', { what: 'looked at' });
    await settle(ada);
    clock.advance(2 * PATIENCE_MS);
    await settle(ada);
    expect([ada.scopes.at(-1), ada.ends]).toEqual(['readonly', []]);
  });

  it('does not come in after all, when that happens while the document is loaded', async () => {
    const gate = Promise.withResolvers<void>();
    const load = vi.spyOn(store, 'load');
    load.mockImplementationOnce(() => gate.promise.then(() => null));
    const entering = enter('ada');
    await until(() => load.mock.calls.length > 0, { what: 'the document is loaded' });
    await server.revocations.revoke({ user: 'ada' });
    gate.resolve();
    const ada = await entering;
    await until(() => ada.ends.length > 0, { what: 'the end' });
    await settle(await enter('ben'));
    expect(ada.ends).toEqual([REVOKED.name]);
    const other = joinWithYWebsocket(url, 'other', { token: 'ada' });
    ends.push(() => other.leave());
    expect(await new Promise((resolve) => other.provider.on('closed', ({ code }) => resolve(code)))).toBe(REVOKED.code);
  });

  it.each([
    ['was taken back', () => server.revocations.revoke({ user: 'ada' }), REVOKED],
    ['is over', async () => clock.advance(60_000), closeCodes.unauthorized],
  ] as const)('sees nothing of a document that was loaded while their access %s', async (_, end, code) => {
    const expiresAt = clock.now() + 60_000;
    await start(extensions, {
      authenticate: async (request) => ({ ...(await authenticator.authenticate(request)), expiresAt }),
    });
    // So large that it would be sent as it is stored.
    const update = write('x'.repeat(100_000));
    await store.append({ document: 'plan', updates: [{ author: 'ben', update }], epoch: FIRST_EPOCH, time: 1 });
    const gate = Promise.withResolvers<void>();
    const load = vi.spyOn(store, 'load');
    const stored = await store.load('plan');
    load.mockClear().mockImplementationOnce(() => gate.promise.then(() => stored));
    const ada = joinWithYWebsocket(url, 'plan', { token: 'ada' });
    ends.push(() => ada.leave());
    const closed = new Promise((resolve) => ada.provider.on('closed', (event) => resolve(event.code)));
    await until(() => load.mock.calls.length > 0, { what: 'the document is loaded' });
    await end();
    gate.resolve();
    expect(await closed).toBe(code.code);
    expect(textOf(ada.doc)).toBe('');
  });

  it('goes at once with a fresh token that no longer covers the document', async () => {
    const ada = await enter('ada');
    await server.revocations.revoke({ user: 'ada' });
    issue('elsewhere', 'ada', null);
    ada.sendToken('elsewhere');
    await until(() => ada.ends.length > 0, { what: 'the end' });
    expect(ada.ends).toEqual(['forbidden']);
  });
});

describe('[G6] whose access is taken back', () => {
  beforeEach(() => start());

  it('has time to bring a better token than the one that they sent first', async () => {
    const ada = await enter('ada');
    await server.revocations.revoke({ user: 'ada' });
    ada.sendToken('ada');
    await until(() => asked.length === 2, { what: 'the old token again' });
    await settle(ada);
    expect(ada.ends).toEqual([]);
    clock.advance(ASKED_AGAIN_MS);
    issue('fresh', 'ada', 'editor');
    ada.sendToken('fresh');
    await until(() => ada.scopes.length === 3, { what: 'may write again' });
    clock.advance(PATIENCE_MS);
    await settle(ada);
    expect(ada.ends).toEqual([]);
  });

  it('goes at once where the dialect can’t ask for a token, and what they came with is void', async () => {
    const ada = joinWithYWebsocket(url, 'plan', { token: 'ada' });
    ends.push(() => ada.leave());
    const closed = new Promise((resolve) => ada.provider.on('closed', ({ code }) => resolve(code)));
    await vi.waitFor(() => expect(ada.provider.synced).toBe(true));
    await server.revocations.revoke({ user: 'ada' });
    expect(await closed).toBe(REVOKED.code);
  });

  it('comes in by no door with what was issued before, and by each with what was issued since', async () => {
    await server.revocations.revoke({ user: 'ada' });
    expect((await enter('ada')).ends).toEqual([REVOKED.name]);
    const other = joinWithYWebsocket(url, 'plan', { token: 'ada' });
    ends.push(() => other.leave());
    expect(await new Promise((resolve) => other.provider.on('closed', ({ code }) => resolve(code)))).toBe(REVOKED.code);
    const ask = (token: string) =>
      fetch(`${server.url}/v1/documents`, { headers: { Authorization: `Bearer ${token}` } });
    const refused = await ask('ada');
    expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ code: 'unauthorized' })]);
    issue('fresh', 'ada', 'editor');
    expect((await enter('fresh')).scopes).toEqual(['read-write']);
    expect((await ask('fresh')).status).toBe(200);
    expect((await enter('ben')).scopes).toEqual(['read-write']);
  });

  it('is alone with it: of fifty others nobody’s connection is touched', async () => {
    const closes: string[] = [];
    const others = Array.from({ length: 50 }, (_, index) => {
      const join = index % 2 === 0 ? joinWithHocuspocus : joinWithYWebsocket;
      const person = join(url, index < 40 ? 'plan' : 'other', { token: 'ben' });
      ends.push(() => person.leave());
      const noteClose = (): number => closes.push(`person ${index}`);
      if ('isSynced' in person.provider) person.provider.on('close', noteClose).on('authenticationFailed', noteClose);
      else person.provider.on('connection-close', noteClose);
      return person;
    });
    await until(() => others.every(({ provider }) => provider.synced), { what: 'everybody is in' });
    const ada = await enter('ada');
    const askedBefore = asked.length;
    await server.revocations.revoke({ user: 'ada' });
    clock.advance(PATIENCE_MS);
    await until(() => ada.ends.length > 0, { what: 'the end' });
    const [first] = others;
    first?.doc.getText('body').insert(0, 'undisturbed');
    const readers = others.slice(0, 40);
    await until(() => readers.every(({ doc }) => textOf(doc) === 'undisturbed'), { what: 'everybody reads it' });
    expect([closes, asked.length, ada.ends]).toEqual([[], askedBefore, [REVOKED.name]]);
  });

  it('asks no more once they were put out, by either provider as it is published', async () => {
    const people = [
      joinWithHocuspocus(url, 'plan', { token: 'ada' }),
      joinWithYWebsocket(url, 'plan', { token: 'ada' }),
    ];
    for (const person of people) ends.push(() => person.leave());
    await vi.waitFor(() => expect(people.map(({ provider }) => provider.synced)).toEqual([true, true]));
    await server.revocations.revoke({ user: 'ada' });
    await vi.waitFor(() => expect(asked).toHaveLength(4));
    clock.advance(ASKED_AGAIN_MS);
    await vi.waitFor(() => expect(asked).toHaveLength(5));
    clock.advance(PATIENCE_MS);
    await vi.waitFor(() => expect(people[0]?.provider).toMatchObject({ isAuthenticated: false }));
    const ben = await enter('ben');
    await settle(ben);
    clock.advance(60_000);
    await settle(ben);
    expect(asked.filter((token) => token === 'ada')).toHaveLength(5);
  });

  it('is not let in by a look at their token that began before', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Authenticator = {
      async authenticate(request) {
        const access = await authenticator.authenticate(request);
        await gate.promise;
        return access;
      },
    };
    await start([], slow);
    const entering = enter('ada');
    await until(() => asked.length > 0, { what: 'their token is looked at' });
    await server.revocations.revoke({ user: 'ada' });
    gate.resolve();
    expect((await entering).ends).toEqual([REVOKED.name]);
  });

  it('among many in a row: each is put out', async () => {
    const people: RawPerson[] = [];
    for (let index = 0; index < 20; index += 1) {
      tokens.set(`token ${index}`, { user: `user ${index}`, role: 'editor', issuedAt: clock.now() - 1 });
      people.push(await enter(`token ${index}`));
    }
    await Promise.all(people.map((_, index) => server.revocations.revoke({ user: `user ${index}` })));
    clock.advance(100);
    await until(() => people.every(({ scopes }) => scopes.at(-1) === 'readonly'), { what: 'nobody writes' });
    clock.advance(PATIENCE_MS);
    await until(() => people.every((person) => person.ends.length === 1), { what: 'nobody is in' });
  });
});

it('[G6] extensions see of a connection whose access was taken back that it may only read', async () => {
  const seen: { readonly readOnly: boolean }[] = [];
  await start([
    { connected: async ({ connection }: { connection: { readOnly: boolean } }) => void seen.push(connection) },
  ]);
  await enter('ada');
  await enter('ben');
  await server.revocations.revoke({ user: 'ada' });
  expect(seen.map(({ readOnly }) => readOnly)).toEqual([true, false]);
});

it('[G6] a token that is renewed while it is revoked brings nothing', async () => {
  const gates: (() => void)[] = [];
  const slow: Authenticator = {
    async authenticate(request) {
      const access = await authenticator.authenticate(request);
      if (asked.length > 1) await new Promise<void>((resolve) => gates.push(resolve));
      return access;
    },
  };
  await start([], slow);
  const ada = await enter('ada');
  ada.sendToken('ada');
  await until(() => gates.length === 1, { what: 'the token is looked at' });
  await server.revocations.revoke({ user: 'ada' });
  gates[0]?.();
  await settle(ada);
  expect(ada.scopes).toEqual(['read-write', 'readonly']);
  clock.advance(PATIENCE_MS);
  await until(() => ada.ends.length > 0, { what: 'the end' });
  expect(ada.ends).toEqual([REVOKED.name]);
});
