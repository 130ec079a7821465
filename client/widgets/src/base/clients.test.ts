import type { Client } from '@quire/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CLIENT_RESTS_AFTER_MS, leaseClient, socketAddress } from './clients.ts';

/** Nobody listens there. */
const server = 'http://127.0.0.1:9';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function isClosed(client: Client): boolean {
  try {
    client.open('a').leave();
    return false;
  } catch {
    return true;
  }
}

/** Lets what was promised happen, and that much time pass. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

test('elements that say the same of a server share a client, and others do not', () => {
  const getToken = async () => 'a';
  const leases = [
    leaseClient({ server }),
    leaseClient({ server }),
    leaseClient({ server, token: 'a' }),
    leaseClient({ server, getToken }),
    leaseClient({ server, getToken }),
    leaseClient({ server, getToken: async () => 'a' }),
    leaseClient({ server: `${server}/elsewhere` }),
  ];
  const clients = leases.map(({ client }) => client);
  expect(clients[1]).toBe(clients[0]);
  expect(clients[4]).toBe(clients[3]);
  expect(new Set(clients).size).toBe(5);
  for (const lease of leases) lease.release();
});

test('a client outlives its last element for a while, and is there for whoever comes in the meantime', async () => {
  const first = leaseClient({ server });
  const second = leaseClient({ server });
  first.release();
  first.release();
  await pass(2 * CLIENT_RESTS_AFTER_MS);
  expect(isClosed(first.client)).toBe(false);

  second.release();
  await pass(CLIENT_RESTS_AFTER_MS - 1);
  const third = leaseClient({ server });
  expect(third.client).toBe(first.client);
  await pass(CLIENT_RESTS_AFTER_MS);
  expect(isClosed(third.client)).toBe(false);

  third.release();
  await pass(CLIENT_RESTS_AFTER_MS);
  expect(isClosed(third.client)).toBe(true);
  const anew = leaseClient({ server });
  expect(anew.client).not.toBe(first.client);
  anew.release();
});

test('[G1] a change that is still on its way keeps the client, however long it takes', async () => {
  const lease = leaseClient({ server });
  const saved = Promise.withResolvers<void>();
  lease.release(saved.promise);
  await pass(10 * CLIENT_RESTS_AFTER_MS);
  expect(isClosed(lease.client)).toBe(false);
  saved.reject(new Error('it will never be saved'));
  await pass(CLIENT_RESTS_AFTER_MS);
  expect(isClosed(lease.client)).toBe(true);
});

test('a server is known by the address of its pages, too', () => {
  expect(socketAddress('https://quire.example.com')).toBe('wss://quire.example.com');
  expect(socketAddress(' HTTP://localhost:8080/quire/collab ')).toBe('ws://localhost:8080/quire/collab');
  expect(socketAddress('wss://quire.example.com/collab')).toBe('wss://quire.example.com/collab');
});
