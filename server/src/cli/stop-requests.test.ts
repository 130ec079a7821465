import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { listenForStop } from './stop-requests.ts';

/** What has been asked for once all promises that could settle have. */
async function asked(requests: ReturnType<typeof listenForStop>): Promise<[string | null, string | null]> {
  const nothingYet = new Promise<null>((resolve) => setImmediate(() => resolve(null)));
  return [await Promise.race([requests.first, nothingYet]), await Promise.race([requests.again, nothingYet])];
}

it('takes the first signal for the wish to stop and a later one for impatience', async () => {
  const source = new EventEmitter();
  const clock = new ManualClock();
  const requests = listenForStop(source, clock);
  expect(await asked(requests)).toEqual([null, null]);
  source.emit('SIGINT');
  expect(await asked(requests)).toEqual(['SIGINT', null]);
  clock.advance(10_000);
  expect(await asked(requests)).toEqual(['SIGINT', null]);
  source.emit('SIGTERM');
  expect(await asked(requests)).toEqual(['SIGINT', 'SIGTERM']);
});

it('takes the echo of a signal, which npm passes on too, for the same wish', async () => {
  const source = new EventEmitter();
  const clock = new ManualClock();
  const requests = listenForStop(source, clock);
  source.emit('SIGINT');
  clock.advance(20);
  source.emit('SIGINT');
  requests.request('npm is gone');
  expect(await asked(requests)).toEqual(['SIGINT', null]);
});

it('listens no more once it is disposed of', () => {
  const source = new EventEmitter();
  listenForStop(source, new ManualClock()).dispose();
  expect([source.listenerCount('SIGTERM'), source.listenerCount('SIGINT')]).toEqual([0, 0]);
});
