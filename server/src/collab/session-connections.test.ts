import { parseAddress } from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentConnection } from './document-connection.ts';
import { SessionConnections } from './session-connections.ts';

const connect = (rawAddress: string): DocumentConnection =>
  new DocumentConnection({} as never, parseAddress(rawAddress), {} as never);

describe('the connections of a session', () => {
  it('[R8] are found by whatever name a document may have, whether there is one or many, and come in order', () => {
    const rawAddress = fc.constantFrom('plan', 'constructor', '__proto__', 'plan\0one', 'plan\0two');
    const step = fc.record({ rawAddress, kind: fc.constantFrom('add', 'remove', 'remove another') });
    const sizes = new Set<number>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const connections = new SessionConnections();
        const expected = new Map<string, DocumentConnection>();
        for (const { rawAddress, kind } of steps) {
          const known = expected.get(rawAddress);
          if (kind === 'remove another') connections.remove(connect(rawAddress));
          else if (kind === 'remove') {
            if (known !== undefined) connections.remove(known);
            expected.delete(rawAddress);
          } else if (known === undefined) {
            const connection = connect(rawAddress);
            connections.add(connection);
            expected.set(rawAddress, connection);
          }
          expect(connections.find(rawAddress)).toBe(expected.get(rawAddress));
          expect(connections.size).toBe(expected.size);
          expect([...connections]).toEqual([...expected.values()]);
          sizes.add(expected.size);
        }
      }),
    );
    expect(sizes).toContain(0);
    expect(sizes).toContain(1);
    expect(sizes).toContain(3);
  });
});
