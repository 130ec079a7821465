import { describe, expect, it } from 'vitest';
import type { CallOptions, DocumentsApi } from './api.ts';
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

/** What needs no time to pass is done by then. */
async function untilIdle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

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
    await documents.deleteForGood('team/plan?#ä');
    expect(sent).toMatchObject([
      { method: 'PATCH', url: 'http://server/base/v1/documents/team%2Fplan', body: { title: 'Plan' } },
      { method: 'DELETE', url: 'http://server/base/v1/documents/team%2Fplan%3F%23%C3%A4', body: null },
    ]);
  });

  it('takes an answer without content as browsers give it, which is with an empty body', async () => {
    const { documents } = serve(() => {
      const answer = new Response(null, { status: 204 });
      return Object.defineProperty(answer, 'body', { value: new Response('').body });
    });
    await expect(documents.deleteForGood('plan')).resolves.toBeUndefined();
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

  it('a server, a body or a token that never comes ends in an error that says which', async () => {
    const never = new Promise<never>(() => {});
    const endless = () => new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } });
    const cases = [
      [() => never, '', 'timeout'],
      [endless, '', 'timeout'],
      [() => json(plan), never, 'no-token'],
    ] as const;
    for (const [answer, token, code] of cases) {
      const clock = new ManualClock();
      const { documents } = serve(answer, token, clock);
      let hasEnded = false;
      const listing = documents.list().finally(() => {
        hasEnded = true;
      });
      const message = expect.stringContaining('15 seconds');
      const outcome = expect(listing).rejects.toMatchObject({ code, retryable: true, message });
      await untilIdle();
      clock.advance(14_999);
      await untilIdle();
      expect(hasEnded).toBe(false);
      clock.advance(1);
      await outcome;
    }
  });

  it('says that no token could be had, and why, and asks the server nothing', async () => {
    const fault = new Error('the sign-in service is away');
    const { documents, sent } = serve(() => json(plan), Promise.reject(fault));
    const message = expect.stringContaining(fault.message);
    await expect(documents.create()).rejects.toMatchObject({
      code: 'no-token',
      cause: fault,
      retryable: true,
      message,
    });
    expect(sent).toEqual([]);
  });

  it('waits for an answer as long as more of it comes, and no longer', async () => {
    const clock = new ManualClock();
    let body = null as ReadableStreamDefaultController<Uint8Array> | null;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        body = controller;
      },
    });
    const { documents } = serve(() => new Response(stream), '', clock);
    const listing = documents.list();
    const parts = JSON.stringify({ documents: [plan], next: null }).match(/.{1,30}/g) ?? [];
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      await untilIdle();
      clock.advance(14_000);
      body?.enqueue(new TextEncoder().encode(part));
    }
    await untilIdle();
    body?.close();
    expect(await listing).toEqual({ documents: [plan], next: null });
    expect(clock.waiting).toBe(0);

    const cut = serve(
      () => new Response(new ReadableStream({ start: (begun) => begun.enqueue(new Uint8Array([123])) })),
      '',
      clock,
    );
    const outcome = expect(cut.documents.list()).rejects.toMatchObject({ code: 'timeout' });
    await untilIdle();
    clock.advance(15_000);
    await outcome;
  });

  it.each([
    ['list', ({ list }, options) => list(options)],
    ['get', ({ get }, options) => get('plan', options)],
    ['create', ({ create }, options) => create({ title: 'Plan' }, options)],
    ['rename', ({ rename }, options) => rename('plan', 'Plan', options)],
    ['deleteForGood', (documents, options) => documents.deleteForGood('plan', options)],
    ['copy', ({ copy }, options) => copy('plan', {}, options)],
    ['moveToBin', ({ moveToBin }, options) => moveToBin('plan', options)],
    ['listBin', ({ listBin }, options) => listBin(options)],
    ['restore', ({ restore }, options) => restore('plan', options)],
    ['purge', ({ purge }, options) => purge('plan', options)],
    ['readContent', ({ readContent }, options) => readContent('plan', 'markdown', options)],
    ['replaceContent', ({ replaceContent }, options) => replaceContent('plan', 'json', { type: 'doc' }, options)],
    ['readUpdate', ({ readUpdate }, options) => readUpdate('plan', options)],
    ['writeUpdate', ({ writeUpdate }, options) => writeUpdate('plan', new Uint8Array(), options)],
    ['links.list', ({ links }, options) => links.list('plan', options)],
    ['links.create', ({ links }, options) => links.create('plan', { role: 'reader' }, options)],
    ['links.revoke', ({ links }, options) => links.revoke('plan', 'an id', options)],
  ] satisfies [string, (documents: DocumentsApi, options: CallOptions) => Promise<unknown>][])(
    '%s is given up when its signal says so, and sends nothing where it had said so before',
    async (_, call) => {
      const requests: Request[] = [];
      const { documents } = serve((request) => {
        requests.push(request);
        return new Promise<never>(() => {});
      });
      const abort = new AbortController();
      const outcome = expect(call(documents, { signal: abort.signal })).rejects.toThrow('not needed');
      await untilTrue(() => requests.length === 1);
      abort.abort(new Error('not needed'));
      await outcome;
      expect(requests[0]?.signal.aborted).toBe(true);
      await expect(call(documents, { signal: abort.signal })).rejects.toThrow('not needed');
      expect(requests).toHaveLength(1);
    },
  );

  it('leaves no timer behind when it is given up while there is no token yet', async () => {
    const clock = new ManualClock();
    let giveToken = (_: string) => {};
    const token = new Promise<string>((resolve) => {
      giveToken = resolve;
    });
    const { documents, sent } = serve(() => json(plan), token, clock);
    const abort = new AbortController();
    const outcome = expect(documents.list({ signal: abort.signal })).rejects.toThrow('not needed');
    abort.abort(new Error('not needed'));
    await outcome;
    giveToken('late');
    await untilIdle();
    expect([clock.waiting, sent]).toEqual([0, []]);
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
