import { systemClock } from '../../server/src/clock.ts';
import { CollabMeters } from '../../server/src/observability/metrics/collab-meters.ts';
import { GatewayMeters } from '../../server/src/observability/metrics/gateway-meters.ts';

const EDITS = 1_000_000;
const MICROSECONDS_PER_MS = 1000;

/**
 * Microseconds that counting one edit takes by itself, with a flush of its own and so many sockets to write to: what
 * gateway and documents call, without what they do. Steadier than the difference of two servers.
 */
export function measureCalls(sockets: number): number {
  const gateway = new GatewayMeters();
  const collab = new CollabMeters();
  const session = { unsentBytes: 0 };
  const count = (): void => {
    const readAtMs = systemClock.monotonicMs();
    const submission = { connection: session, kind: 'update', content: session } as const;
    gateway.received('update', 40);
    collab.queued(1, 25);
    collab.flushWindow.observeMs(0);
    collab.queued(-1, -25);
    gateway.sent.add('receipt', 8);
    gateway.sent.add('update', 40, sockets);
    for (let socket = 0; socket < sockets; socket += 1) gateway.wrote(session);
    collab.receipted([{ count: 1, sinceMs: readAtMs }], systemClock.monotonicMs());
    collab.flushed([submission], 0.2);
  };
  for (let edit = 0; edit < EDITS / 10; edit += 1) count(); // until it is compiled
  const beganAt = performance.now();
  for (let edit = 0; edit < EDITS; edit += 1) count();
  return ((performance.now() - beganAt) * MICROSECONDS_PER_MS) / EDITS;
}
