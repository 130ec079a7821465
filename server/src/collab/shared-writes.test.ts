import { encodeYWebsocketFrame, parseAddress } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { FakePort } from '../testing/fake-port.ts';
import { Audience, type Listeners } from './audience.ts';
import { DocumentConnection } from './document-connection.ts';
import { SharedWrites } from './shared-writes.ts';

const body = (bytes: number): Uint8Array =>
  encodeYWebsocketFrame({ kind: 'update', update: new Uint8Array(bytes).fill(bytes) });

function listen(sockets: number): Listeners {
  const audience = new Audience();
  for (let at = 0; at < sockets; at += 1) {
    audience.add(
      new DocumentConnection(new FakePort(), parseAddress('plan'), {
        endConnection() {},
        countWaiting() {},
        renewGrant() {},
      }),
    );
  }
  const [listeners] = audience.groups();
  if (listeners === undefined) throw new Error('nobody listens');
  return listeners;
}

const LARGE = [body(20_000), body(40_000)];

describe('what many sockets are written', () => {
  it('is one buffer, the same for all who get as many receipts', () => {
    const listeners = listen(100);
    const writes = new SharedWrites(listeners, LARGE);
    const [none, one, two] = [0, 1, 2].map((receipts) => writes.with({ receipts, echoes: [] }));
    expect([none, one, two].map((buffers) => buffers?.length)).toEqual([1, 1, 1]);
    expect(writes.with({ receipts: 1, echoes: [] })).toBe(one);
    const framed = LARGE.flatMap((each) => listeners.frame(each));
    expect(Buffer.concat(two ?? [])).toEqual(
      Buffer.concat([...framed, ...listeners.receipt(), ...listeners.receipt()]),
    );
  });

  it('is not copied for a few', () => {
    const writes = new SharedWrites(listen(2), LARGE);
    expect(writes.broadcast.length).toBeGreaterThan(2);
  });

  it('[G4] is not copied when it is very large, nor for ever more numbers of receipts', () => {
    const listeners = listen(100);
    const large = new SharedWrites(listeners, [body(600_000), body(10)]);
    expect(large.broadcast.length).toBeGreaterThan(1);
    const writes = new SharedWrites(listeners, LARGE);
    const variants = Array.from({ length: 20 }, (_, receipts) => writes.with({ receipts, echoes: [] }));
    const joined = variants.filter((buffers) => buffers.length === 1);
    expect(joined.length).toBeLessThan(6);
    for (const [receipts, buffers] of variants.entries()) {
      const bytes = buffers.reduce((sum, { length }) => sum + length, 0);
      const receiptBytes = listeners.receipt().reduce((sum, { length }) => sum + length, 0);
      const broadcastBytes = writes.broadcast.reduce((sum, { length }) => sum + length, 0);
      expect(bytes).toBe(broadcastBytes + receipts * receiptBytes);
    }
  });

  it('has the echoes of a client behind it, which nobody else gets', () => {
    const writes = new SharedWrites(listen(100), LARGE);
    const echo = Buffer.from('its own');
    expect(writes.with({ receipts: 0, echoes: [echo] })).toEqual([...writes.broadcast, echo]);
  });
});
