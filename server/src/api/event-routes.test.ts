import { MemoryStore } from '@quire/persistence';
import { type DocumentName, eventRefusals, type Problem, type SentEventInfo } from '@quire/protocol';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authenticator, allow } from '../auth/authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { EventRefused } from '../events/event-refused.ts';
import type { EventDraft } from '../events/event-room.ts';
import { createEvents } from '../events/events.ts';
import { type Sent, sendJson } from '../testing/send-json.ts';
import { createStoreEditor } from '../testing/store-editor.ts';
import { createApi } from './api.ts';
import { createDocuments } from './documents.ts';

const PATH = '/v1/documents/team%2Fplan/events';
const log = pino({ level: 'silent' });

let sent: { readonly document: DocumentName; readonly draft: EventDraft }[];
let refuses: EventRefused | null;
let api: Hono;

beforeEach(() => {
  sent = [];
  refuses = null;
  const authenticator: Authenticator = {
    authenticate: async ({ token }) => {
      const [role = '', id = '', name = null] = token.split(':');
      return allow(role === 'commenter' ? 'commenter' : 'editor', { id, name });
    },
  };
  const store = new MemoryStore();
  api = createApi({
    documents: createDocuments({ store, editor: createStoreEditor(store) }),
    events: createEvents({
      async sendEvent(document, draft) {
        if (refuses !== null) throw refuses;
        sent.push({ document, draft });
        return { id: `a.${sent.length}`, time: Date.UTC(2026, 0, 1) };
      },
    }),
    guard: createGuard(authenticator, log),
    origins: { allowedOrigins: [], isLoopbackOnly: false },
    log,
    isDraining: () => false,
  });
});

const post = (json: unknown, { headers = {}, ...rest }: Sent = {}): Promise<Response> =>
  sendJson(api, PATH, { json, headers: { authorization: 'Bearer editor:shop:Shop', ...headers }, ...rest });

async function problemOf(response: Response): Promise<[number, string]> {
  const { code, status } = (await response.json()) as Problem;
  expect(status).toBe(response.status);
  return [status, code];
}

describe('POST /v1/documents/{name}/events', () => {
  it('takes an event and says which it is', async () => {
    const response = await post({ name: 'OrderCreated', data: { order: 17 } });
    expect(response.status).toBe(202);
    expect((await response.json()) as SentEventInfo).toEqual({ id: 'a.1', time: '2026-01-01T00:00:00.000Z' });
    expect(sent).toEqual([
      {
        document: 'team/plan',
        draft: {
          name: 'OrderCreated',
          data: '{"order":17}',
          from: { id: 'shop', name: 'Shop', clientId: null },
          key: '',
        },
      },
    ]);
  });

  it('needs no data', async () => {
    await post({ name: 'ping' });
    expect(sent[0]?.draft.data).toBe('null');
  });

  it('[G6] is for editors', async () => {
    const response = await post({ name: 'wave' }, { headers: { authorization: 'Bearer commenter:cleo' } });
    expect(await problemOf(response)).toEqual([403, 'forbidden']);
    expect(sent).toEqual([]);
  });

  it('passes on the key by which it is known when it comes again, of each sender its own', async () => {
    const keyed = { 'idempotency-key': 'order-17' };
    await post({ name: 'wave' }, { headers: keyed });
    await post({ name: 'wave' }, { headers: { ...keyed, authorization: 'Bearer editor:other' } });
    const [first, second] = sent.map(({ draft }) => draft.key);
    expect(first).toContain('order-17');
    expect(second).toContain('order-17');
    expect(first).not.toBe(second);
  });

  it.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a name that is no text', { name: 1 }],
    ['a control character', { name: 'a\u0007' }],
    ['too long a name', { name: 'x'.repeat(65) }],
    ['something more', { name: 'wave', from: 'somebody else' }],
    ['no object', ['wave']],
  ])('refuses %s', async (_, body) => {
    expect(await problemOf(await post(body))).toEqual([400, 'bad-request']);
  });

  it('refuses a key that is too long', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(256) };
    expect(await problemOf(await post({ name: 'wave' }, { headers }))).toEqual([400, 'bad-request']);
  });

  it('[G4] refuses data that is nested too deep to be read', async () => {
    let nest: unknown = [];
    for (let depth = 0; depth < 300; depth += 1) nest = [nest];
    expect(await problemOf(await post({ name: 'wave', data: nest }))).toEqual([413, 'event-too-large']);
  });

  it('says why an event is not taken, and when to send it again', async () => {
    refuses = new EventRefused(eventRefusals['too-many-events']);
    const tooMany = await post({ name: 'wave' });
    expect(tooMany.headers.get('retry-after')).toBe('1');
    expect(await problemOf(tooMany)).toEqual([429, 'too-many-events']);
    refuses = new EventRefused(eventRefusals['event-too-large']);
    expect(await problemOf(await post({ name: 'wave' }))).toEqual([413, 'event-too-large']);
  });

  it('knows no other method', async () => {
    const response = await sendJson(api, PATH);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await problemOf(response)).toEqual([405, 'method-not-allowed']);
  });
});
