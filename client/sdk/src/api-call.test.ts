import { describe, expect, it } from 'vitest';
import type { ApiOptions } from './api-call.ts';
import { createParts } from './parts.ts';
import { createRestClient } from './rest-client.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { untilTrue } from './testing/until.ts';

const MIB = 1024 * 1024;

function createApi(options: ApiOptions) {
  return createRestClient(options, createParts({ clock: options.clock, environment: createFakeEnvironment() }));
}

/** A server that takes what it is sent, and never answers. */
function stage() {
  const clock = new ManualClock();
  const signals: AbortSignal[] = [];
  const api = createApi({
    baseUrl: 'http://server',
    getToken: async () => '',
    clock,
    fetch: (_, init) => {
      if (init?.signal) signals.push(init.signal);
      return new Promise<never>(() => {});
    },
  });
  return { api, clock, signals };
}

const send = { parameters: { name: 'plan' }, type: 'application/octet-stream' } as const;

describe('a call of the HTTP API', () => {
  it('gives up the token that it waits for with itself', async () => {
    const asked: AbortSignal[] = [];
    const api = createApi({
      baseUrl: 'http://server',
      getToken: (signal) => {
        asked.push(signal);
        return new Promise<never>(() => {});
      },
      clock: new ManualClock(),
      fetch,
    });
    const abort = new AbortController();
    const outcome = expect(api.call('listDocuments', { signal: abort.signal })).rejects.toThrow('not needed');
    await untilTrue(() => asked.length === 1);
    abort.abort(new Error('not needed'));
    await outcome;
    expect(asked[0]?.aborted).toBe(true);
  });

  it.each([
    ['that sends nothing is given up after 15 s of silence', 0, undefined, 15_000],
    ['that sends 16 MiB has the time that they take on a slow line', 16 * MIB, undefined, 15_000 + (16 * MIB) / 32],
    ['waits as long as it is told to, beside the time for what it sends', 32_000, 120_000, 121_000],
  ])('%s', async (_, size, timeoutMs, limitMs) => {
    const { api, clock, signals } = stage();
    const sending = api.call('writeUpdate', {
      ...send,
      body: new Uint8Array(size),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const outcome = expect(sending).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining(`${Math.ceil(limitMs / 1_000)} seconds`),
    });
    await untilTrue(() => signals.length === 1);
    clock.advance(Math.ceil(limitMs) - 1);
    expect(signals[0]?.aborted).toBe(false);
    clock.advance(1);
    await outcome;
    expect(signals[0]?.aborted).toBe(true);
  });
});
