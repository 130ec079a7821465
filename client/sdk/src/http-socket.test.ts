import { eventWindow } from '@quire/protocol';
import { expect, it } from 'vitest';
import { HttpSocket } from './http-socket.ts';
import { createFakeEnvironment } from './testing/fake-environment.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { untilTrue } from './testing/until.ts';

it('[G4] says that events have arrived long before the server waits for that, however small they are', async () => {
  const pong = btoa(String.fromCharCode(0x8a, 0));
  let events = 0;
  let isWaiting = false;
  const told: number[] = [];
  /** Sends on until a window of events is out that it was not told of. */
  const answer: typeof fetch = async (given, request) => {
    const url = new URL(String(given));
    if (request?.method === 'POST' && url.pathname.endsWith('/http'))
      return Response.json({ session: 'x' }, { status: 201 });
    if (request?.method === 'POST') {
      told.push(Number(url.searchParams.get('after')));
      return new Response(null, { status: 204 });
    }
    const body = new ReadableStream<Uint8Array>({
      async pull(stream) {
        const unheard = (events - (told.at(-1) ?? 0)) * (2 + eventWindow.overheadBytes);
        isWaiting ||= unheard >= eventWindow.bytes;
        if (isWaiting || events >= 5_000) return;
        events += 1;
        stream.enqueue(new TextEncoder().encode(`id: ${events}\ndata: ${pong}\n\n`));
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    return new Response(body);
  };
  const surroundings = { clock: new ManualClock(), environment: createFakeEnvironment(), fetch: answer };
  const socket = new HttpSocket('ws://server/collab', surroundings);
  await untilTrue(() => events === 5_000 || isWaiting);
  socket.close();
  expect(isWaiting).toBe(false);
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThan(20);
});
