import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { until } from '@quire/testing';
import { afterEach, expect, it } from 'vitest';
import { readDrainMark } from './drain-progress.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

/** Both ends of a connection; the other one reads nothing until it is told to. */
async function openLine(): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [theirs] = (await once(server, 'connection')) as [Socket];
  ends.push(
    () => ours.destroy(),
    () => theirs.destroy(),
  );
  return { ours, theirs };
}

it('[R15] a socket’s mark moves with every byte that is taken of one large write, and only then', async () => {
  const { ours, theirs } = await openLine();
  const bytes = 64 * 1024 * 1024;
  ours.write(Buffer.alloc(bytes));
  // The system takes in what it has room for, and then nothing more.
  let last = bytes;
  const isFull = (): boolean => {
    const mark = readDrainMark(ours);
    const stands = mark === last && mark < bytes;
    last = mark;
    return stands;
  };
  await until(isFull, { what: 'nothing is taken at all' });
  expect(last).toBeGreaterThan(0);
  ours.write(Buffer.alloc(1000));
  expect(readDrainMark(ours)).toBe(last);
  expect(ours.writableLength).toBe(bytes + 1000);

  theirs.on('data', () => theirs.pause());
  const hasMoved = (): boolean => {
    theirs.resume(); // for one more chunk
    return readDrainMark(ours) < last;
  };
  await until(hasMoved, { what: 'the mark does not move' });
  expect(ours.writableLength).toBe(bytes + 1000);
});
