import { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { toApiError } from './problems.ts';
import { createReads } from './reads.ts';

const LARGE = 300 * 1024;

let app: Hono;
let clock: ManualClock;
let made: number;
beforeEach(() => {
  app = new Hono();
  clock = new ManualClock();
  made = 0;
  const reads = createReads(clock);
  const make = async (bytes: number) => {
    made += 1;
    return new Uint8Array(bytes).fill(7);
  };
  app.onError((error) => Response.json(toApiError(error).code, { status: 503 }));
  app.get('/large', (context) => reads.give(context, {}, () => make(LARGE)));
  app.get('/small', (context) => reads.give(context, {}, () => make(10)));
  app.get('/none', (context) => reads.give(context, {}, () => Promise.reject(new Error('it could not be loaded'))));
});

const ask = (path: string, method = 'GET') => Promise.resolve(app.request(`http://localhost${path}`, { method }));
const askForMany = () => Promise.all(Array.from({ length: 16 }, () => ask('/large')));
const isFull = async () => (await ask('/small')).status === 503;

describe('[G4] what is read of documents', () => {
  it('is given out whole, with how long it is', async () => {
    for (const [path, length] of [
      ['/large', LARGE],
      ['/small', 10],
    ] as const) {
      const response = await ask(path);
      expect(response.headers.get('content-length')).toBe(String(length));
      expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.alloc(length, 7))).toBe(true);
    }
    expect(clock.pending).toBe(0);
  });

  it('is in memory so many times and no more: of others nothing is made until one has been taken', async () => {
    const [first] = await askForMany();
    const refused = await ask('/large');
    expect([refused.status, await refused.json(), made]).toEqual([503, 'overloaded', 16]);
    expect((await first?.arrayBuffer())?.byteLength).toBe(LARGE);
    expect(await isFull()).toBe(false);
  });

  it('is let go of when whoever asked for it is gone, or takes nothing for half a minute', async () => {
    const [first, second] = await askForMany();
    await first?.body?.cancel();
    expect(await isFull()).toBe(false);
    await ask('/large');
    expect(await isFull()).toBe(true);
    clock.advance(30_000);
    await expect(second?.arrayBuffer()).rejects.toThrow('nobody takes');
    await askForMany();
    expect(await isFull()).toBe(true);
  });

  it('holds nothing where it is small, only its length is asked for, or there is none', async () => {
    for (let asked = 0; asked < 20; asked += 1) {
      await ask('/small');
      await ask('/none');
      const head = await ask('/large', 'HEAD');
      expect([head.headers.get('content-length'), await head.text()]).toEqual([String(LARGE), '']);
    }
    expect([await isFull(), clock.pending]).toEqual([false, 0]);
  });
});
