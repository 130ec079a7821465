import { closeCodes, decodeServerFrame, encodeHocuspocusFrame } from '@quire/protocol';
import { type FrameSocket, openFrameSocket, until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AccessError, type Authenticator, allow } from '../auth/authenticator.ts';
import type { Extension } from '../collab/collaboration.ts';
import { createGatewayStage, EMPTY_VECTOR } from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
const { start, joinYWebsocket } = stage;
afterEach(() => stage.close());

/** A token is the id of its user; `nobody` is not let in. */
const byToken: Authenticator = {
  authenticate: ({ token }) =>
    token === 'nobody'
      ? Promise.reject(new AccessError(closeCodes.forbidden))
      : Promise.resolve(allow('editor', { id: token, name: null })),
};

/** Which of the two admissions lets people in depends on whether there are extensions. */
const admissions: readonly [string, readonly Extension[]][] = [
  ['directly', []],
  ['through Hocuspocus', [{ onConnect: () => Promise.resolve() }]],
];

async function connect(url: string): Promise<FrameSocket> {
  const socket = await openFrameSocket(`${url}/collab`);
  stage.atEnd(() => socket.terminate());
  return socket;
}

/** Asks for a document. @returns `in` once it has come, else the code with which the socket was closed */
async function ask(socket: FrameSocket, document: string, token = ''): Promise<'in' | number> {
  const heardBefore = socket.frames.length;
  socket.send(encodeHocuspocusFrame(document, { kind: 'token', token, providerVersion: null }));
  socket.send(encodeHocuspocusFrame(document, { kind: 'step-1', stateVector: EMPTY_VECTOR }));
  let closed: number | null = null;
  void socket.closed.then(({ code }) => {
    closed = code;
  });
  const isIn = (): boolean =>
    socket.frames.slice(heardBefore).some((bytes) => {
      const { rawAddress, frame } = decodeServerFrame(bytes);
      return rawAddress === document && frame.kind === 'step-2';
    });
  return until(() => (isIn() ? ('in' as const) : closed), { what: `${document} is opened or refused` });
}

describe.each(admissions)('[G4] admitted %s', (_how, extensions) => {
  it('[G4] of many who open a document at once as many get in as it has places, and the next once one has left', async () => {
    const { url, gateway } = await start({ extensions, limits: { maxClientsPerDocument: 3 } });
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connect(url)));
    const answers = await Promise.all(sockets.map((socket) => ask(socket, 'plan')));
    expect(answers.filter((answer) => answer === 'in')).toHaveLength(3);
    expect(answers.filter((answer) => answer === closeCodes.documentFull.code)).toHaveLength(7);
    expect(await ask(await connect(url), 'other')).toBe('in');
    const first = sockets[answers.indexOf('in')];
    first?.terminate();
    await until(() => gateway.sessions === 3, { what: 'the one who left is gone' }); // two in the document, one in another
    expect(await ask(await connect(url), 'plan')).toBe('in');
    expect(await ask(await connect(url), 'plan')).toBe(closeCodes.documentFull.code);
  });

  it('[G6] whoever is not let in takes nobody’s place', async () => {
    const { url } = await start({ extensions, authenticator: byToken, limits: { maxClientsPerDocument: 1 } });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const stranger = await connect(url);
      stranger.send(encodeHocuspocusFrame('plan', { kind: 'token', token: 'nobody', providerVersion: null }));
      await stranger.next((bytes) => decodeServerFrame(bytes).frame.kind === 'denied' || null, 'denied');
    }
    expect(await ask(await connect(url), 'plan', 'ada')).toBe('in');
  });

  it('[G4] a user has only so many sessions, one for all the documents on it; each ends when its socket does', async () => {
    const { url, gateway } = await start({ extensions, authenticator: byToken, limits: { maxSessionsPerUser: 2 } });
    const [first, second, third] = [await connect(url), await connect(url), await connect(url)];
    for (const document of ['plan', 'notes', 'minutes']) expect(await ask(first, document, 'ada')).toBe('in');
    expect(await ask(second, 'plan', 'ada')).toBe('in');
    expect(await ask(third, 'plan', 'ada')).toBe(closeCodes.tooManySessions.code);
    expect(await ask(await connect(url), 'plan', 'ben')).toBe('in');
    first.terminate();
    await until(() => gateway.sessions === 2, { what: 'one of the sessions has ended' });
    expect(await ask(await connect(url), 'plan', 'ada')).toBe('in');
    expect(await ask(await connect(url), 'plan', 'ada')).toBe(closeCodes.tooManySessions.code);
  });

  it('guests, of whom nobody knows who they are, are not counted as one user', async () => {
    const { url } = await start({ extensions, limits: { maxSessionsPerUser: 1 } });
    for (let guest = 0; guest < 3; guest += 1) expect(await ask(await connect(url), 'plan')).toBe('in');
  });
});

it('[G4] a place in a document is one in both dialects', async () => {
  const { url } = await start({ limits: { maxClientsPerDocument: 1 } });
  expect(await ask(await connect(url), 'plan')).toBe('in');
  const ben = joinYWebsocket(url, 'plan');
  const closed = new Promise<number>((resolve) => {
    ben.provider.on('connection-close', (event) => resolve(event?.code ?? 0));
  });
  expect(await closed).toBe(closeCodes.documentFull.code);
});

it('[G4] [G6] a token is no larger than what may wait before anybody is known', async () => {
  const asked: string[] = [];
  const authenticator: Authenticator = {
    authenticate({ token }) {
      asked.push(token);
      return Promise.resolve(allow('editor'));
    },
  };
  const { url } = await start({ authenticator, limits: { maxUnestablishedBytes: 10_000 } });
  expect(await ask(await connect(url), 'plan', 'x'.repeat(10_001))).toBe(closeCodes.tooManyBeforeAuth.code);
  expect(asked).toEqual([]);
  expect(await ask(await connect(url), 'plan', 'x'.repeat(1_000))).toBe('in');
});

it('a socket that was refused more documents than it may have open still opens others', async () => {
  const { url } = await start({ authenticator: byToken, limits: { maxDocumentsPerSession: 4 } });
  const socket = await connect(url);
  for (let refused = 1; refused <= 20; refused += 1) {
    socket.send(encodeHocuspocusFrame(`kept/${refused}`, { kind: 'token', token: 'nobody', providerVersion: null }));
    await until(() => socket.frames.length === refused || !socket.isOpen, { what: 'it is refused' });
  }
  for (let index = 0; index < 4; index += 1) expect(await ask(socket, `plan/${index}`, 'ada')).toBe('in');
});

it('[R4] what is pasted while a token is looked at for long ends no client for good', async () => {
  const answers: (() => void)[] = [];
  const authenticator: Authenticator = {
    authenticate: () => new Promise((resolve) => answers.push(() => resolve(allow('editor')))),
  };
  const { url } = await start({ authenticator, limits: { maxUnestablishedBytes: 10_000 } });
  const ben = joinYWebsocket(url, 'plan');
  const closed = new Promise<number>((resolve) => {
    ben.provider.once('connection-close', (event) => resolve(event?.code ?? 0));
  });
  await until(() => answers.length > 0, { what: 'the token is looked at' });
  ben.doc.getText('body').insert(0, 'x'.repeat(20_000));
  expect(await closed).toBe(closeCodes.overloaded.code);
  await until(() => answers.length > 1, { what: 'it comes back' });
  for (const answer of answers.splice(0)) answer();
  const reader = joinYWebsocket(url, 'plan');
  await until(() => answers.length > 0, { what: 'the token of a reader is looked at' });
  for (const answer of answers.splice(0)) answer();
  await vi.waitFor(() => expect(reader.doc.getText('body').length).toBe(20_000));
});

it('[G4] [G6] tokens that are being checked are together no larger than what may wait before anybody is known', async () => {
  const answers: (() => void)[] = [];
  const authenticator: Authenticator = {
    authenticate: () => new Promise((resolve) => answers.push(() => resolve(allow('editor')))),
  };
  const { url } = await start({ authenticator, limits: { maxUnestablishedBytes: 10_000 } });
  const socket = await connect(url);
  const say = (name: string): void => {
    const token = 'x'.repeat(4_000);
    socket.send(encodeHocuspocusFrame(name, { kind: 'token', token, providerVersion: null }));
  };
  for (const name of ['one', 'two']) say(name);
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  for (const answer of answers.splice(0)) answer();
  await vi.waitFor(() => expect(socket.frames.length).toBeGreaterThanOrEqual(2));
  for (const name of ['three', 'four', 'five']) say(name);
  // Whoever checks them may take long, which is not the client's doing.
  expect((await socket.closed).code).toBe(closeCodes.overloaded.code);
  expect(answers).toHaveLength(2);
});
