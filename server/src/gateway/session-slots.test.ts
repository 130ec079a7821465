import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionSlots } from './session-slots.ts';

const openSocket = (): Duplex => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });

function closing(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', resolve);
    socket.destroy();
  });
}

describe('slots for sessions', () => {
  it('[G4] are never more than the limits; each counts until it is given back, by hand or at the close of its socket, and that once', async () => {
    const come = fc.record({
      kind: fc.constant('come' as const),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1'),
      becomesSession: fc.boolean(),
    });
    const go = fc.record({ kind: fc.constant('go' as const), index: fc.nat() });
    const step = fc.oneof({ arbitrary: come, weight: 5 }, { arbitrary: go, weight: 1 });
    const seen = { taken: 0, 'node-full': 0, 'address-full': 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const limits = { maxSessions: 5, maxSessionsPerAddress: 3 };
        const slots = new SessionSlots(limits);
        const here: { socket: Duplex; address: string; isSession: boolean }[] = [];
        const leave = async ({ socket, isSession }: (typeof here)[number]): Promise<void> => {
          await closing(socket);
          if (isSession) slots.giveBack(socket);
        };
        for (const step of steps) {
          if (step.kind === 'go') {
            const [gone] = here.splice(step.index % Math.max(1, here.length), 1);
            if (gone === undefined) continue;
            await leave(gone);
            gone.socket.emit('close'); // and nothing that happens later gives it back again
            slots.giveBack(gone.socket);
          } else {
            const socket = openSocket();
            const { address } = step;
            const same = here.filter((one) => one.address === address).length;
            const verdict = slots.take(socket, address);
            const full = here.length >= limits.maxSessions ? 'node-full' : 'address-full';
            const isFull = here.length >= limits.maxSessions || same >= limits.maxSessionsPerAddress;
            expect(verdict).toBe(isFull ? full : 'taken');
            seen[verdict] += 1;
            if (verdict === 'taken') {
              here.push({ socket, address, isSession: step.becomesSession });
              if (!step.becomesSession) slots.giveBackAtClose(socket);
            } else await closing(socket); // one without a slot gives none back
          }
          expect(slots.size).toBe(here.length);
        }
        await Promise.all(here.map(leave));
        expect(slots.size).toBe(0);
      }),
      { numRuns: 200 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(30);
  });
});
