// How quickly servers of the test kit are there, here and now: node scripts/measure-test-servers.ts
import type { TestServerOptions } from '@quire/testing';

const ROUNDS = 20;
const PARTS: readonly (readonly [string, (round: Round) => number])[] = [
  ['start', ({ startMs }) => startMs],
  ['one person comes in', ({ joinMs }) => joinMs],
  ['stop, with them in it', ({ stopMs }) => stopMs],
];
const WAYS: readonly (readonly [string, TestServerOptions])[] = [
  ['on disk, in this process', {}],
  ['in memory', { storage: 'memory' }],
  ['on disk, in a process of its own', { ownProcess: true }],
];

const began = performance.now();
const { startServer } = await import('@quire/testing');
console.log(`the test kit is imported in ${(performance.now() - began).toFixed(0)} ms`);

for (const [name, options] of WAYS) {
  const first = await measureRound(options);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound(options));
  console.log(`${name}: the first ${first.startMs.toFixed(0)} ms, and of ${ROUNDS} more`);
  for (const [what, read] of PARTS) {
    const times = rounds.map(read).sort((one, other) => one - other);
    console.log(`  ${what}: ${medianOf(times).toFixed(0)} ms (${times[0]?.toFixed(0)}–${times.at(-1)?.toFixed(0)})`);
  }
}

interface Round {
  readonly startMs: number;
  readonly joinMs: number;
  readonly stopMs: number;
}

async function measureRound(options: TestServerOptions): Promise<Round> {
  const began = performance.now();
  const server = await startServer(options);
  const started = performance.now();
  await server.join('plan', { name: 'Ada' });
  const joined = performance.now();
  await server.stop();
  return { startMs: started - began, joinMs: joined - started, stopMs: performance.now() - joined };
}

function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
