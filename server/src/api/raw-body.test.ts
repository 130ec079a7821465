import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { toApiError } from './problems.ts';
import { createRawBodies } from './raw-body.ts';

const MOST = 1_000;
const HELD = 1_500;

let app: Hono;
/** What each task waits for, in the order in which they began. */
let held: (() => void)[];
beforeEach(() => {
  app = new Hono();
  held = [];
  const bodies = createRawBodies(HELD);
  app.onError((error) => Response.json(toApiError(error).code, { status: 400 }));
  app.post('/read', (context) =>
    bodies.hold(context, MOST, async (bytes) => context.text(new TextDecoder().decode(bytes))),
  );
  app.post('/hold', (context) =>
    bodies.hold(context, MOST, async (bytes) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return context.text(String(bytes.length));
    }),
  );
});

const send = (
  path: string,
  body: string,
  headers: Record<string, string> = { 'Content-Length': String(body.length) },
) => Promise.resolve(app.request(`http://localhost${path}`, { method: 'POST', body, headers }));

describe('[G4] a large body', () => {
  it('is read whole, whether it says beforehand how long it is or not', async () => {
    expect(await (await send('/read', 'hello')).text()).toBe('hello');
    expect(await (await send('/read', 'hello', {})).text()).toBe('hello');
    expect(await (await send('/read', '')).text()).toBe('');
  });

  it('is not read beyond its limit, whatever it says', async () => {
    expect(await (await send('/read', 'x'.repeat(MOST + 1))).json()).toBe('body-too-large');
    expect(await (await send('/read', 'x'.repeat(MOST + 1), {})).json()).toBe('body-too-large');
    expect(await (await send('/read', 'x'.repeat(MOST + 1), { 'Content-Length': '5' })).json()).toBe('body-too-large');
  });

  it('waits with others only while there is room for all of them, and makes room when it is done with', async () => {
    const first = send('/hold', 'x'.repeat(MOST));
    await settle(() => held.length === 1);
    expect(await (await send('/read', 'x'.repeat(MOST))).json()).toBe('overloaded');
    expect(await (await send('/read', 'x'.repeat(MOST), {})).json()).toBe('overloaded');
    expect(await (await send('/read', 'small')).text()).toBe('small');
    held[0]?.();
    expect(await (await first).text()).toBe(String(MOST));
    expect(await (await send('/read', 'x'.repeat(MOST))).text()).toHaveLength(MOST);
  });

  it('takes the room of what has come of it, whatever it says: who sends nothing keeps nobody out', async () => {
    const [silent, also] = [sendSlowly(), sendSlowly()];
    expect(await (await send('/read', 'x'.repeat(MOST))).text()).toHaveLength(MOST);
    silent.pass('x'.repeat(MOST - 1));
    also.pass('x'.repeat(MOST - 1));
    expect(await (await Promise.race([silent.answer, also.answer])).json()).toBe('overloaded');
    silent.end();
    also.end();
    const answers = await Promise.all([silent.answer, also.answer]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});

/** A body that says how much it has, and comes as a test says. */
function sendSlowly() {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      isCancelled = true;
    },
  });
  const headers = { 'Content-Length': String(MOST) };
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' };
  return {
    answer: Promise.resolve(app.request('http://localhost/read', init)),
    pass: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end() {
      if (!isCancelled) controller?.close();
    },
  };
}

/** Lets what is under way go on until it has come to this. */
async function settle(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise<void>((resolve) => setImmediate(resolve));
}
