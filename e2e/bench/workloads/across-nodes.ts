import type { AcrossReadings } from '../load/type-across.ts';
import type { ApartReadings } from '../load/write-apart.ts';
import { findMissing } from './fan-out.ts';
import { perEach } from './per-each.ts';
import { withNodes } from './two-nodes.ts';
import { type Metric, measuredAt, type Readings, type Stage, type Workload } from './workload.ts';

/**
 * Edits a second in all, in how many documents, and for how long before it counts: at 200 a second V8 takes a minute until it has
 * compiled what runs for each of them, and nodes run for weeks. At 20 it would take ten: they are of code that is still cold.
 */
const rates = [
  { rate: 200, documents: 20, warmUpMs: 60_000 },
  { rate: 20, documents: 1, warmUpMs: 20_000 },
] as const;

/**
 * Seconds for which Redis is away: as a restart may take, and long after the last who wrote meanwhile. A client of Redis
 * keeps what it is to send for some time (ioredis by default for twenty attempts, ten and a half seconds), then forgets it.
 */
const outages = [10, 30] as const;

const settings = {
  full: {
    typing: { settleMs: 2000, measureMs: 10_000, drainMs: 5000 },
    apart: {
      documents: 10,
      editsPerSecond: 100,
      warmUpMs: 2000,
      awayMsPerSecond: 1000,
      writeMs: 10_000,
      patienceMs: 30_000,
    },
    // Longer than Hocuspocus waits with its store, and than either keeps a document that nobody has open.
    elsewhere: { documents: 10, contentBytes: 20_000, letGoMs: 5000, patienceMs: 3000 },
  },
  short: {
    typing: { settleMs: 200, measureMs: 600, drainMs: 30_000 },
    apart: { documents: 2, editsPerSecond: 40, warmUpMs: 300, awayMsPerSecond: 50, writeMs: 500, patienceMs: 4000 },
    elsewhere: { documents: 2, contentBytes: 2_000, letGoMs: 3000, patienceMs: 1000 },
  },
} as const;

const SHORT_WARM_UP_MS = 200;

/** What a stream may take: so many times the updates, and so much for each journal entry. */
const PAYLOAD_FACTOR = 1.3;
const ENTRY_BYTES = 60;

export const acrossNodes = (): Workload => ({
  name: 'across-nodes',
  title: 'Two nodes and their Redis',
  method:
    'Two nodes, each with a disk of its own, share the server’s core; their Redis (append-only file, synced every second) has the load’s. In each document one person types at one node and one reads at the other: 200 edits a second in 20 documents, then 20 a second in one; 10 s after 60 s and 20 s of warming up: at 20 a second, most of what runs for an edit is not compiled by then. What Redis counts is less what it counted in 10 s in which the same people did nothing. Payload is what the fields of the streams hold, beside 1.3 times the updates and 60 bytes for each journal entry (an edit, or several that came together). Then Redis is killed while people write 100 edits a second at both nodes, and started again after 10 s, just after the last of them; both nodes have up to 30 s to be equal, and nobody writes any more. The same with 30 s, in the last 20 of which nobody writes. Last, ten documents of 20 KB that were written at one node and closed are opened at the other. A Hocuspocus whose nodes share a database would find them there.',
  contestants: ['quire', 'hocuspocus'],
  metrics: [
    ...rates.flatMap(({ rate }) => describeTyping(rate)),
    { key: 'idleCommandsPerSecond', label: 'Redis, commands per second when idle', unit: '', better: 'less' },
    { key: 'idleBytesPerSecond', label: 'Redis, in and out per second when idle', unit: 'B', better: 'less' },
    { key: 'idleLoadPercent', label: 'CPU of both nodes when idle', unit: '%', better: 'less' },
    ...outages.flatMap((seconds) => describeOutage(seconds)),
    { key: 'wholeElsewherePercent', label: 'cold documents whole at the other node', unit: '%', better: 'more' },
    { key: 'openElsewhereMs', label: 'the slowest of them', unit: 'ms', better: 'less' },
  ],
  measure: async (stage) => {
    const readings: Record<string, number> = {};
    for (const each of measuredAt(stage.scale, rates)) Object.assign(readings, await measureTyping(stage, each));
    for (const seconds of measuredAt(stage.scale, outages)) {
      Object.assign(readings, await measureApart(stage, seconds));
    }
    return { ...readings, ...(await measureElsewhere(stage)) };
  },
});

function describeTyping(rate: number): Metric[] {
  const at = `at ${rate}/s`;
  return [
    { key: `p50Ms@${rate}`, label: `p50 ${at}`, unit: 'ms', better: 'less' },
    { key: `p99Ms@${rate}`, label: `p99 ${at}`, unit: 'ms', better: 'less' },
    { key: `arrivedPercent@${rate}`, label: `arrived ${at}`, unit: '%', better: 'more' },
    { key: `cpuPerEditUs@${rate}`, label: `CPU of both nodes per edit ${at}`, unit: 'µs', better: 'less' },
    { key: `updateBytes@${rate}`, label: `an update ${at}`, unit: 'B', better: 'neither' },
    { key: `redisInBytes@${rate}`, label: `into Redis per edit ${at}`, unit: 'B', better: 'less' },
    { key: `redisOutBytes@${rate}`, label: `out of Redis per edit ${at}`, unit: 'B', better: 'less' },
    { key: `redisCommands@${rate}`, label: `Redis commands per edit ${at}`, unit: '', better: 'less' },
    { key: `payloadBytes@${rate}`, label: `payload of streams per edit ${at}`, unit: 'B', better: 'less' },
    { key: `payloadOfAllowed@${rate}`, label: `payload, of what it may be ${at}`, unit: '', better: 'less' },
    { key: `appendsPerFlush@${rate}`, label: `stream commands per flush ${at}`, unit: '', better: 'less' },
  ];
}

function describeOutage(seconds: number): Metric[] {
  const of = `Redis away for ${seconds} s`;
  return [
    {
      key: `crossedWithoutPercent@${seconds}`,
      label: `${of}: edits that crossed meanwhile`,
      unit: '%',
      better: 'more',
    },
    { key: `crossedPercent@${seconds}`, label: `${of}: edits on both nodes in the end`, unit: '%', better: 'more' },
    {
      key: `equalMs@${seconds}`,
      label: `${of}: until both were equal (30,000: they were not)`,
      unit: 'ms',
      better: 'less',
    },
  ];
}

async function measureTyping(stage: Stage, { rate, documents, warmUpMs }: (typeof rates)[number]): Promise<Readings> {
  const { typing } = settings[stage.scale];
  const readings = await withNodes(stage, 0, ({ first, second, redis }) =>
    stage.load('typeAcross', first, {
      other: second.target,
      redisPort: redis.port,
      documents,
      hasReaders: true,
      editsPerSecond: rate,
      warmUpMs: stage.scale === 'full' ? warmUpMs : SHORT_WARM_UP_MS,
      ...typing,
    }),
  );
  const missing = findMissing(stage.contestant.name, readings);
  if (missing > 0) stage.say(`${missing} of ${readings.expectedArrivals} arrivals are missing at ${rate}/s`);
  const named = {
    ...readTyping(stage, readings),
    ...(readings.entries === 0 ? {} : readStreams(stage, readings)),
  };
  stage.say(`${rate}/s: p99 ${readings.p99Ms.toFixed(1)} ms, ${named.redisCommands.toFixed(2)} commands/edit`);
  return {
    ...Object.fromEntries(Object.entries(named).map(([name, value]) => [`${name}@${rate}`, value])),
    // Of the last rate: with one document open at both nodes.
    ...readIdle(readings, typing.measureMs),
  };
}

function readTyping({ scale }: Stage, readings: AcrossReadings) {
  const { arrivals, busy, edits, expectedArrivals, idle, p50Ms, p99Ms, typed, typedBytes } = readings;
  const beyondIdle = (of: 'inBytes' | 'outBytes' | 'commands'): number => perEach(scale, busy[of] - idle[of], edits);
  return {
    p50Ms,
    p99Ms,
    arrivedPercent: 100 * perEach(scale, arrivals, expectedArrivals),
    cpuPerEditUs: perEach(scale, busy.cpuUs + busy.otherCpuUs, edits),
    updateBytes: perEach(scale, typedBytes, typed),
    redisInBytes: beyondIdle('inBytes'),
    redisOutBytes: beyondIdle('outBytes'),
    redisCommands: beyondIdle('commands'),
  };
}

function readStreams({ scale }: Stage, { appends, entries, payload, typed, typedBytes }: AcrossReadings) {
  return {
    payloadBytes: perEach(scale, payload.bytes, typed),
    payloadOfAllowed: payload.bytes / (PAYLOAD_FACTOR * typedBytes + ENTRY_BYTES * entries),
    appendsPerFlush: appends / entries,
  };
}

function readIdle({ idle }: AcrossReadings, measureMs: number): Readings {
  const perSecond = (count: number): number => (1000 * count) / measureMs;
  return {
    idleCommandsPerSecond: perSecond(idle.commands),
    idleBytesPerSecond: perSecond(idle.inBytes + idle.outBytes),
    idleLoadPercent: perSecond(idle.cpuUs + idle.otherCpuUs) / 10_000,
  };
}

async function measureApart(stage: Stage, seconds: number): Promise<Readings> {
  const { awayMsPerSecond, ...apart } = settings[stage.scale].apart;
  const awayMs = seconds * awayMsPerSecond;
  const readings = await withNodes(stage, awayMs, ({ first, second, redis }) =>
    stage.load('writeApart', first, {
      other: second.target,
      redis: { pid: redis.pid, port: redis.port },
      awayMs,
      ...apart,
    }),
  );
  const { arrived, arrivedWithout, edits, equalMs } = readings;
  expectConnected(stage, readings);
  const outcome =
    equalMs === null ? `${edits - arrived} of ${edits} edits did not cross` : `equal after ${equalMs.toFixed(0)} ms`;
  stage.say(`Redis away for ${seconds} s: ${outcome}`);
  return {
    [`crossedWithoutPercent@${seconds}`]: 100 * perEach(stage.scale, arrivedWithout, edits),
    [`crossedPercent@${seconds}`]: 100 * perEach(stage.scale, arrived, edits),
    // As long as was waited, at least: nothing more is known of it.
    [`equalMs@${seconds}`]: equalMs ?? apart.patienceMs,
  };
}

/** @throws when Quire closed a connection, since editing goes on there */
function expectConnected({ contestant, say }: Stage, { lostConnections }: ApartReadings): void {
  if (lostConnections === 0) return;
  const message = `${lostConnections} connections were lost while Redis was away`;
  if (contestant.name === 'quire') throw new Error(message);
  say(message);
}

async function measureElsewhere(stage: Stage): Promise<Readings> {
  const { elsewhere } = settings[stage.scale];
  const { openMs, whole } = await withNodes(stage, 0, ({ first, second }) =>
    stage.load('openElsewhere', first, { other: second.target, ...elsewhere }),
  );
  stage.say(`${whole} of ${elsewhere.documents} cold documents were whole at the other node`);
  return {
    wholeElsewherePercent: (100 * whole) / elsewhere.documents,
    ...(openMs === null ? {} : { openElsewhereMs: openMs }),
  };
}
