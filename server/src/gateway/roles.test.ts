import {
  type ClientFrame,
  closeCodes,
  companionOf,
  type DocumentName,
  decodePresence,
  decodeServerFrame,
  encodePresence,
  type Role,
  roles,
} from '@quire/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import { createGatewayStage, EMPTY_UPDATE, EMPTY_VECTOR, storedText } from '../testing/gateway-stage.ts';
import type { StartedGateway } from '../testing/start-gateway.ts';
import { type DialectName, type Visitor, visit } from '../testing/visitor.ts';

const stage = createGatewayStage();
afterEach(() => stage.close());

const PLAN = 'team/plan' as DocumentName;
const COMMENTS = companionOf(PLAN, 'comments');
const places = { document: PLAN, comments: COMMENTS };
type Place = keyof typeof places;

/** Who brings the name of a role has it, in one document; the server asks about no other. */
const authenticator: Authenticator = {
  async authenticate({ token, document }) {
    expect(document).toBe(PLAN);
    return allow(token as Role, { id: `a ${token}`, name: null });
  },
};

const mayWrite = (role: Role, place: Place): boolean =>
  roles.indexOf(role) >= roles.indexOf(place === 'document' ? 'editor' : 'commenter');

interface Message {
  readonly name: string;
  /** Left out: there is no such message in the y-websocket dialect, and a number stands for it. */
  readonly frame?: (known: Uint8Array) => ClientFrame;
  readonly numbers?: readonly number[];
  /** It is content: what it says is stored for whoever may write, and refused, without a trace, to everybody else. */
  readonly isContent?: 'news' | 'no-news';
  /** What it is answered by, whoever says it. */
  readonly answer?: readonly string[];
  /** Ends the socket of whoever says it. */
  readonly isMalformed?: true;
  readonly only?: DialectName;
}

function typed(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'news ');
  return Y.encodeStateAsUpdate(doc);
}

/** Every message that there is, and some that there are not. */
const messages: readonly Message[] = [
  { name: 'step 1', frame: () => ({ kind: 'step-1', stateVector: EMPTY_VECTOR }), answer: ['step-1', 'step-2'] },
  { name: 'step 2 with news', frame: () => ({ kind: 'step-2', update: typed() }), isContent: 'news' },
  { name: 'step 2 without', frame: (known) => ({ kind: 'step-2', update: known }) },
  { name: 'step 2 of nothing', frame: () => ({ kind: 'step-2', update: EMPTY_UPDATE }) },
  { name: 'update', frame: () => ({ kind: 'update', update: typed() }), isContent: 'news' },
  { name: 'update that is known', frame: (known) => ({ kind: 'update', update: known }), isContent: 'no-news' },
  { name: 'presence', frame: () => ({ kind: 'presence', presence: encodePresence([person]) }) },
  { name: 'query presence', frame: () => ({ kind: 'query-presence' }), answer: ['presence'] },
  {
    name: 'the same token',
    frame: () => ({ kind: 'token', token: '', providerVersion: null }),
    only: 'hocuspocus',
  },
  { name: 'stateless', frame: () => ({ kind: 'stateless', payload: 'hello' }), only: 'hocuspocus' },
  { name: 'broadcast stateless', numbers: [6, 5, 104, 101, 108, 108, 111], isMalformed: true },
  { name: 'a receipt', numbers: [8, 1], isMalformed: true },
  { name: 'ping', numbers: [9], isMalformed: true },
  { name: 'denial', numbers: [2, 1, 0], isMalformed: true },
  { name: 'authentication', numbers: [2, 2, 0], isMalformed: true },
  { name: 'sync of no kind', numbers: [0, 3, 0], isMalformed: true },
  { name: 'what does not exist', numbers: [42], isMalformed: true },
];

const person = { clientId: 4711, clock: 1, state: JSON.stringify({ user: { id: 'somebody else', name: 'Somebody' } }) };

async function start(asked = authenticator): Promise<StartedGateway> {
  const gateway = await stage.start({ authenticator: asked });
  for (const [place, name] of Object.entries(places)) {
    await gateway.collaboration.edit(name, 'setup', (document) => document.getText('body').insert(0, place));
  }
  return gateway;
}

async function stateOf({ collaboration }: StartedGateway, name: DocumentName): Promise<Uint8Array> {
  return collaboration.read(name, (document) => Y.encodeStateAsUpdate(document));
}

async function textsOf({ store, collaboration }: StartedGateway): Promise<readonly string[]> {
  await collaboration.settled();
  return [await storedText(store, PLAN), await storedText(store, COMMENTS)];
}

function say(visitor: Visitor, { frame, numbers = [] }: Message, known: Uint8Array, token: string): void {
  const said = frame?.(known);
  if (said === undefined) visitor.sayNumbers(numbers[0] ?? 0, ...numbers.slice(1));
  else visitor.say(said.kind === 'token' ? { ...said, token } : said);
}

const visits = roles.flatMap((role) =>
  (['document', 'comments'] as const).flatMap((place) =>
    (['hocuspocus', 'y-websocket'] as const).map((dialect) => ({ role, place, dialect })),
  ),
);

describe.each(visits)('a $role in the $place, in the dialect of $dialect', ({ role, place, dialect }) => {
  const name = places[place];
  const canWrite = mayWrite(role, place);

  it.each(messages.filter(({ only = dialect }) => only === dialect))(
    '[G6] is held to the role whatever they say: $name',
    async (message) => {
      const gateway = await start();
      const known = await stateOf(gateway, name);
      const visitor = await visit(gateway.url, name, { dialect, token: role });
      stage.atEnd(() => visitor.socket.terminate());
      say(visitor, message, known, role);

      if (message.isMalformed) {
        expect((await visitor.socket.closed).code).toBe(closeCodes.badFrame.code);
        expect(await textsOf(gateway)).toEqual(['document', 'comments']);
        return;
      }
      await visitor.settled();
      for (const word of message.answer ?? []) expect(visitor.heard).toContain(word);
      if (message.isContent !== undefined && !canWrite) {
        expect(visitor.heard).toContain('refusal');
        expect(visitor.heard).not.toContain('receipt');
      } else {
        expect(visitor.heard).not.toContain('refusal');
      }
      const isStored = message.isContent === 'news' && canWrite;
      await vi.waitFor(async () => {
        const texts = await textsOf(gateway);
        const written = texts[place === 'document' ? 0 : 1] ?? '';
        expect(written.replace('news ', '')).toBe(place);
        expect(written.includes('news ')).toBe(isStored);
        expect(texts[place === 'document' ? 1 : 0]).toBe(place === 'document' ? 'comments' : 'document');
      });
      if (isStored && dialect === 'hocuspocus') await vi.waitFor(() => expect(visitor.heard).toContain('receipt'));
      expect(visitor.socket.isOpen).toBe(true);
    },
  );

  it('[G6] is seen there as who they are, and leaves when they say so', async () => {
    const gateway = await start();
    const watcher = await visit(gateway.url, name, { dialect: 'hocuspocus', token: 'reader' });
    const visitor = await visit(gateway.url, name, { dialect, token: role });
    for (const { socket } of [watcher, visitor]) stage.atEnd(() => socket.terminate());
    visitor.say({ kind: 'presence', presence: encodePresence([person]) });
    const seen = await watcher.socket.next(findPerson, 'nobody is seen');
    expect(seen).toMatchObject({ user: { id: `a ${role}`, name: `a ${role}` } });
    if (dialect === 'hocuspocus') visitor.say({ kind: 'close' });
    else visitor.socket.close();
    expect(await watcher.socket.next((frame) => (findPerson(frame) === 'left' ? 'left' : null), 'nobody leaves')).toBe(
      'left',
    );
  });
});

function findPerson(bytes: Uint8Array): unknown {
  const { frame } = decodeServerFrame(bytes);
  if (frame.kind !== 'presence') return null;
  const entries = decodePresence(frame.presence, { maxEntries: 100, maxStateBytes: 10_000 });
  const state = entries.find(({ clientId }) => clientId === person.clientId)?.state;
  if (state === undefined) return null;
  return state === 'null' ? 'left' : JSON.parse(state);
}

it('[G6] who has no role in the document gets into neither it nor its comments, in either dialect', async () => {
  const outsiders: Authenticator = { authenticate: async () => ({ ...allow('owner'), roleIn: () => null }) };
  const { url, collaboration } = await stage.start({ authenticator: outsiders });
  for (const name of Object.values(places)) {
    const ada = stage.joinHocuspocus(url, name);
    const failed = new Promise((resolve) => ada.provider.on('authenticationFailed', resolve));
    expect(await failed).toEqual({ reason: 'forbidden' });
    const ben = stage.joinYWebsocket(url, name);
    const closed = new Promise((resolve) => ben.provider.on('closed', ({ code }) => resolve(code)));
    expect(await closed).toBe(closeCodes.forbidden.code);
  }
  expect(collaboration.openDocuments).toBe(0);
});

it('[G6] a fresh token gives the right to comment in place, and takes it away again', async () => {
  const ada: Authenticator = { authenticate: async ({ token }) => allow(token as Role, { id: 'ada', name: null }) };
  const gateway = await start(ada);
  const visitor = await visit(gateway.url, COMMENTS, { dialect: 'hocuspocus', token: 'reader' });
  stage.atEnd(() => visitor.socket.terminate());
  const timesHeard = (word: string): number => visitor.heard.filter((heard) => heard === word).length;
  for (const [round, token] of (['commenter', 'reader'] as const).entries()) {
    visitor.say({ kind: 'update', update: typed() });
    if (token === 'commenter') await vi.waitFor(() => expect(timesHeard('refusal')).toBe(1));
    else await vi.waitFor(() => expect(timesHeard('receipt')).toBe(1));
    visitor.say({ kind: 'token', token, providerVersion: null });
    await vi.waitFor(() => expect(timesHeard('authenticated')).toBe(round + 1));
  }
  visitor.say({ kind: 'update', update: typed() });
  await vi.waitFor(() => expect(timesHeard('refusal')).toBe(2));
  const [, comments = ''] = await textsOf(gateway);
  expect(comments.split('news ')).toHaveLength(2);
});
