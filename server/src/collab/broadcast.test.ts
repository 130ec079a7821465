import { parseAddress } from '@quire/protocol';
import { expect, it } from 'vitest';
import { FakePort } from '../testing/fake-port.ts';
import { Audience } from './audience.ts';
import { sendToAll } from './broadcast.ts';
import { DocumentConnection } from './document-connection.ts';
import type { Stragglers } from './stragglers.ts';

const noStragglers = { keep() {}, note() {} } as unknown as Stragglers;

function join(audience: Audience, port: FakePort): DocumentConnection {
  const host = { endConnection() {}, countWaiting() {}, renewGrant() {} };
  const connection = new DocumentConnection(port, parseAddress('plan'), host);
  audience.add(connection);
  return connection;
}

it('goes through nobody but those who get something, where there is nothing for all', () => {
  const audience = new Audience();
  const other = new FakePort();
  let looks = 0;
  const look = (): boolean => {
    looks += 1;
    return false;
  };
  Object.defineProperty(other, 'isBehind', { get: look });
  join(audience, other);
  const port = new FakePort();
  const own = new Map([[join(audience, port), { receipts: 2, echoes: [] }]]);
  sendToAll(audience, noStragglers, { updates: [], presence: null, viewers: null, own, knowsAll: null });
  expect(port.takeFrames().map(({ kind }) => kind)).toEqual(['receipt', 'receipt']);
  expect(looks).toBe(0);
});
