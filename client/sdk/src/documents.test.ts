import { describe, expect, it } from 'vitest';
import { createDocumentsApi } from './documents.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { untilTrue } from './testing/until.ts';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly authorization: string | null;
  readonly credentials: string;
  readonly body: unknown;
}

const plan = {
  name: 'team/plan',
  title: 'Plan',
  created: '2026-01-01T00:00:00.000Z',
  edited: '2026-01-02T00:00:00.000Z',
  size: 42,
  damaged: false,
};

function serve(
  answer: (request: Request) => Response | Promise<Response>,
  token: string | Promise<string> = '',
  clock = new ManualClock(),
) {
  const sent: Sent[] = [];
  const documents = createDocumentsApi({
    baseUrl: 'http://server/base',
    getToken: () => Promise.resolve(token),
    clock,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.clone().text();
      sent.push({
        url: request.url,
        method: request.method,
        authorization: request.headers.get('authorization'),
        credentials: request.credentials,
        body: text === '' ? null : JSON.parse(text),
      });
      return answer(request);
    },
  });
  return { documents, sent };
}

const json = (value: unknown, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });

describe('documents over HTTP', () => {
  it('lists with what was asked for and nothing else', async () => {
    const { documents, sent } = serve(() => json({ documents: [plan], next: null }));
    expect(await documents.list()).toEqual({ documents: [plan], next: null });
    await documents.list({ prefix: 'a b/', after: 'x&y', limit: 5, order: 'recent' });
    expect(sent.map((request) => request.url)).toEqual([
      'http://server/base/v1/documents',
      'http://server/base/v1/documents?prefix=a+b%2F&after=x%26y&limit=5&order=recent',
    ]);
  });

  it('puts a whole name into one path segment', async () => {
    const { documents, sent } = serve(({ method }) =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : json(plan),
    );
    await documents.rename('team/plan', 'Plan');
    await documents.delete('team/plan?#ä');
    expect(sent).toMatchObject([
      { method: 'PATCH', url: 'http://server/base/v1/documents/team%2Fplan', body: { title: 'Plan' } },
      { method: 'DELETE', url: 'http://server/base/v1/documents/team%2Fplan%3F%23%C3%A4', body: null },
    ]);
  });

  it('creates with a name, with a title, or with neither', async () => {
    const { documents, sent } = serve(() => json(plan, 201));
    expect(await documents.create()).toEqual(plan);
    await documents.create({ name: 'team/plan', title: 'Plan' });
    expect(sent.map((request) => request.body)).toEqual([{}, { name: 'team/plan', title: 'Plan' }]);
  });

  it('sends cookies along, to a server of another origin too', async () => {
    const { documents, sent } = serve(() => json(plan));
    await documents.create();
    expect(sent[0]?.credentials).toBe('include');
  });

  it('sends the token when there is one', async () => {
    const { documents, sent } = serve(() => json(plan), 'secret');
    await documents.create();
    expect(sent[0]?.authorization).toBe('Bearer secret');
    const open = serve(() => json(plan));
    await open.documents.create();
    expect(open.sent[0]?.authorization).toBeNull();
  });

  it('a problem becomes an error with the server’s words, status and code', async () => {
    const problem = {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'exists',
      detail: 'A document has this name.',
    };
    const { documents } = serve(() => json(problem, 409));
    await expect(documents.create({ name: 'x' })).rejects.toMatchObject({
      code: 'refused',
      message: problem.detail,
      status: 409,
      problem: 'exists',
      retryable: false,
    });
  });

  it('an error page of a proxy, and an answer of another shape, are errors too', async () => {
    const proxy = serve(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(proxy.documents.list()).rejects.toMatchObject({ code: 'refused', status: 502, retryable: true });
    const stranger = serve(() => json({ items: [] }));
    await expect(stranger.documents.list()).rejects.toMatchObject({ code: 'bad-answer' });
    const page = serve(() => new Response('<!doctype html>', { status: 200 }));
    await expect(page.documents.list()).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('a network that fails is retryable; the caller’s own abort stays an abort', async () => {
    const { documents } = serve(() => Promise.reject(new TypeError('failed to fetch')));
    await expect(documents.list()).rejects.toMatchObject({ code: 'unreachable', retryable: true });
    const abort = new AbortController();
    abort.abort();
    await expect(documents.list({ signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('a server, a body or a token that never comes ends in a timeout that says so', async () => {
    const never = new Promise<never>(() => {});
    const endless = () => new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } });
    const cases = [
      [() => never, ''],
      [endless, ''],
      [() => json(plan), never],
    ] as const;
    for (const [answer, token] of cases) {
      const clock = new ManualClock();
      const { documents } = serve(answer, token, clock);
      let hasEnded = false;
      const listing = documents.list().finally(() => {
        hasEnded = true;
      });
      const outcome = expect(listing).rejects.toMatchObject({
        code: 'timeout',
        retryable: true,
        message: expect.stringContaining('15 seconds'),
      });
      clock.advance(14_999);
      await new Promise((resolve) => setImmediate(resolve));
      expect(hasEnded).toBe(false);
      clock.advance(1);
      await outcome;
    }
  });

  it('a timeout gives the request itself up, and an answer in time leaves no timer behind', async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const slow = serve(
      (request) => {
        signals.push(request.signal);
        return new Promise<never>(() => {});
      },
      '',
      clock,
    );
    const listing = slow.documents.list();
    await untilTrue(() => signals.length === 1);
    clock.advance(15_000);
    await expect(listing).rejects.toMatchObject({ code: 'timeout' });
    expect(signals[0]?.aborted).toBe(true);
    await serve(() => json({ documents: [], next: null }), '', clock).documents.list();
    expect(clock.waiting).toBe(0);
  });
});
