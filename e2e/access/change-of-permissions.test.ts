import { type Client, connect, type Room, type RoomState } from '@quire/client';
import { type ServerProcess, startServer, until } from '@quire/testing';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SECRET = 'a secret of the tests that is long enough';

let server: ServerProcess;
let clients: Client[];
/** What the backend would put into a token right now, by user; null: it gives none out. */
let roles: Map<string, 'reader' | 'editor' | 'owner'>;
beforeEach(async () => {
  server = await startServer({ ownProcess: true, env: { QUIRE_JWT_SECRETS: SECRET } });
  clients = [];
  roles = new Map([
    ['backend', 'owner'],
    ['ada', 'editor'],
    ['ben', 'editor'],
  ]);
});
afterEach(async () => {
  for (const client of clients) client.close();
  await server.stop();
});

/** As most libraries do it: in whole seconds. */
function issue(user: string): Promise<string> {
  return new SignJWT({ grants: [{ documents: '**', role: roles.get(user) }] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
}

interface Someone {
  readonly room: Room;
  /** Every state that their page has shown. */
  readonly states: readonly RoomState[];
}

async function open(user: string, getToken = () => issue(user)): Promise<Someone> {
  const client = connect({ url: `${server.wsUrl}/collab`, getToken });
  clients.push(client);
  const room = client.open('plan');
  const states: RoomState[] = [];
  await room.whenLoaded();
  await until(() => room.status.get().state === 'saved' || room.status.get().state === 'view-only', { what: 'in' });
  room.status.subscribe(({ state }) => states.push(state));
  return { room, states };
}

async function revoke(user: string): Promise<void> {
  const answer = await fetch(`${server.url}/v1/revocations`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await issue('backend')}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  expect(answer.status).toBe(201);
}

const textOf = ({ room }: Someone) => room.doc.getText('body');

describe('[G6] a backend that calls a revocation', () => {
  it('has a change of permissions take effect now, for one person, who loses neither their place nor a letter', async () => {
    const [ada, ben] = [await open('ada'), await open('ben')];
    textOf(ada).insert(0, 'before ');
    await ada.room.whenSaved();
    roles.set('ada', 'reader');
    await revoke('ada');
    await until(() => ada.room.status.get().state === 'view-only', { what: 'only reads' });
    textOf(ben).insert(7, 'from ben ');
    await ben.room.whenSaved();
    await until(() => textOf(ada).toString() === 'before from ben ', { what: 'still reads along' });
    roles.set('ada', 'editor');
    await revoke('ada');
    await until(() => ada.room.status.get().state === 'saved', { what: 'writes again' });
    textOf(ada).insert(0, 'again ');
    await until(() => textOf(ben).toString() === 'again before from ben ', { what: 'Ben reads it' });
    await ada.room.whenSaved();
    for (const { states } of [ada, ben]) {
      expect(
        states.filter((state) => state === 'reconnecting' || state === 'offline' || state === 'cannot-save'),
      ).toEqual([]);
    }
    expect(ben.states).not.toContain('view-only');
  });

  it('puts out who gets no other token, and nobody comes back by themself', async () => {
    const token = await issue('ada');
    let asked = 0;
    const ada = await open('ada', async () => {
      asked += 1;
      return token;
    });
    const ben = await open('ben');
    // The token was made in an earlier second than this one.
    const issuedAt = Math.floor(Date.now() / 1000);
    await until(() => Math.floor(Date.now() / 1000) > issuedAt, { what: 'the next second' });
    await revoke('ada');
    await until(() => ada.room.status.get().state === 'cannot-save' && !ada.room.status.get().retrying, {
      what: 'out',
    });
    expect(ada.room.status.get().reason).toBe('your access was taken back');
    const askedUntilThen = asked;
    textOf(ben).insert(0, 'without ada');
    await ben.room.whenSaved();
    expect([asked, textOf(ada).toString()]).toEqual([askedUntilThen, '']);
    expect(ben.states).not.toContain('reconnecting');
  });
});
