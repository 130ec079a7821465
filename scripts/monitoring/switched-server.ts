// `quire serve`, whose metrics are switched off and on by SIGUSR2: no two processes are compiled alike, so one is compared
// with itself. Switched off, a call that would count returns at once.
import { createProgram } from '../../server/src/cli/program.ts';
import { AccessMeters } from '../../server/src/observability/metrics/access-meters.ts';
import { CollabMeters } from '../../server/src/observability/metrics/collab-meters.ts';
import { Distribution } from '../../server/src/observability/metrics/distribution.ts';
import { GatewayMeters } from '../../server/src/observability/metrics/gateway-meters.ts';
import { HttpMeters } from '../../server/src/observability/metrics/http-meters.ts';
import { JournalMeters } from '../../server/src/observability/metrics/journal-meters.ts';
import { ProcessMeters } from '../../server/src/observability/metrics/process-meters.ts';
import { SentMeters } from '../../server/src/observability/metrics/sent-meters.ts';
import { Tally } from '../../server/src/observability/metrics/tally.ts';

const counting = [
  AccessMeters,
  CollabMeters,
  Distribution,
  GatewayMeters,
  HttpMeters,
  JournalMeters,
  SentMeters,
  Tally,
];
const { start } = ProcessMeters.prototype;
let isOn = true;
let watching: ProcessMeters | null = null;
let stopWatching: (() => void) | null = null;

for (const { prototype } of counting) {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === 'constructor' || typeof value !== 'function') continue;
    const count = value as (...args: unknown[]) => unknown;
    Object.defineProperty(prototype, name, {
      value(this: unknown, ...args: unknown[]): unknown {
        return isOn ? count.apply(this, args) : undefined;
      },
    });
  }
}

ProcessMeters.prototype.start = function watch(this: ProcessMeters): () => void {
  watching = this;
  stopWatching = start.call(this);
  return () => stopWatching?.();
};

process.on('SIGUSR2', () => {
  isOn = !isOn;
  stopWatching?.();
  stopWatching = isOn && watching !== null ? start.call(watching) : null;
});

await createProgram({ environment: process.env, directory: process.cwd() }).parseAsync(['node', 'quire', 'serve']);
