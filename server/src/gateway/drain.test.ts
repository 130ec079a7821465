import { type CloseCode, closeCodes, MAX_RETRY_HINT_MS, readRetryHint } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import {
  chooseRetryHint,
  countDue,
  type DrainedSession,
  type DrainPlan,
  planDrain,
  tellSessionsToGo,
} from './drain.ts';

const SETTLED = (): Promise<void> => Promise.resolve();
const plan: DrainPlan = { spreadMs: 2_000, receiptsMs: 1_000, goodbyeMs: 1_000 };

/** Everything that is due now, and what follows from it without time passing. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Told {
  readonly at: number;
  readonly code: CloseCode;
}

function drain(count: number, options: { plan?: DrainPlan; settled?: () => Promise<void> } = {}) {
  const clock = new ManualClock();
  const told: Told[] = [];
  const sessions: DrainedSession[] = Array.from({ length: count }, () => ({
    close: (code) => void told.push({ at: clock.monotonicMs(), code }),
  }));
  const ended = tellSessionsToGo({ sessions, plan: options.plan ?? plan, clock, settled: options.settled ?? SETTLED });
  return {
    told,
    clock,
    ended,
    async pass(ms: number, stepMs: number) {
      await turn();
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await turn();
      }
    },
    /** How many were told at each moment. */
    slices: () => [...Map.groupBy(told, ({ at }) => at)].map(([at, slice]) => ({ at, size: slice.length })),
  };
}

describe('telling sessions to go', () => {
  it('[G4] ten thousand go in slices of a hundred, over two seconds', async () => {
    const { slices, pass, ended } = drain(10_000);
    await pass(2_000, 20);
    await ended;
    expect(slices()).toEqual(Array.from({ length: 100 }, (_, index) => ({ at: index * 20, size: 100 })));
  });

  it('a few go at once', async () => {
    const { slices, ended, clock } = drain(100);
    await ended;
    expect(slices()).toEqual([{ at: 0, size: 100 }]);
    expect(clock.pending).toBe(0);
  });

  it('nobody is no trouble', () => drain(0).ended);

  it('slices grow where they would take longer than they may', async () => {
    const { slices, pass, ended } = drain(10_000, { plan: { ...plan, spreadMs: 180 } });
    await pass(180, 20);
    await ended;
    expect(slices()).toHaveLength(10);
    for (const { size } of slices()) expect(size).toBe(1_000);
  });

  it('a loop that is held up makes up for it with the next slice', async () => {
    const { slices, pass, clock, ended } = drain(10_000);
    await turn();
    clock.advance(1_000);
    await pass(1_000, 20);
    await ended;
    expect(slices().slice(0, 3)).toEqual([
      { at: 0, size: 100 },
      { at: 1_000, size: 5_000 },
      { at: 1_020, size: 100 },
    ]);
    expect(slices().at(-1)?.at).toBeLessThanOrEqual(2_000);
  });

  it('says "service restart", and when to come back', async () => {
    const { told, ended } = drain(3);
    await ended;
    for (const { code } of told) {
      expect(code).toMatchObject({ code: 1012, name: closeCodes.serviceRestart.name });
      expect(readRetryHint(code.reason)).toEqual(chooseRetryHint(3));
    }
  });

  it('[G1] waits for the receipts of what was sent, and for no longer than it may', async () => {
    const receipts = Promise.withResolvers<void>();
    const patient = drain(1, { settled: () => receipts.promise });
    await patient.pass(980, 20);
    expect(patient.told).toEqual([]);
    receipts.resolve();
    await patient.ended;
    expect(patient.told).toHaveLength(1);
    expect(patient.clock.pending).toBe(0);

    const stuck = drain(1, { settled: () => new Promise(() => {}) });
    await stuck.pass(1_000, 20);
    await stuck.ended;
    expect(stuck.slices()).toEqual([{ at: 1_000, size: 1 }]);
  });

  it('a disk that does not answer keeps one slice waiting, not one after the other', async () => {
    const { slices, pass, ended } = drain(1_000, { settled: () => new Promise(() => {}) });
    await pass(1_180, 20);
    await ended;
    expect(slices()).toEqual(Array.from({ length: 10 }, (_, index) => ({ at: 1_000 + index * 20, size: 100 })));
  });
});

describe('how many are due', () => {
  it('grows with time, to all of them, never later than it may last', () => {
    for (const total of [1, 99, 101, 2_345, 50_000]) {
      for (const spreadMs of [0, 1, 20, 333, 2_000, 60_000]) {
        const due = Array.from({ length: 200 }, (_, index) => countDue(total, (index * spreadMs) / 100, spreadMs));
        expect(due).toEqual([...due].sort((a, b) => a - b));
        expect(due[0]).toBeGreaterThan(0);
        expect(due.every((count) => count <= total)).toBe(true);
        expect(countDue(total, spreadMs, spreadMs)).toBe(total);
      }
    }
  });
});

describe('the plan of a drain', () => {
  it.each([0, 100, 1_000, 10_000, 600_000])('leaves an eighth of %i ms for the disk', (deadlineMs) => {
    for (const spreadMs of [0, 2_000, 300_000]) {
      const divided = planDrain(deadlineMs, spreadMs);
      const total = divided.spreadMs + divided.receiptsMs + divided.goodbyeMs + divided.judgingMs;
      expect(total).toBeLessThanOrEqual(deadlineMs * 0.875);
      expect(divided.spreadMs).toBeLessThanOrEqual(spreadMs);
    }
  });

  it('spends what is asked for where there is time', () => {
    expect(planDrain(10_000, 2_000)).toEqual({
      spreadMs: 2_000,
      receiptsMs: 1_000,
      goodbyeMs: 1_250,
      judgingMs: 1_250,
    });
  });
});

describe('the hint when to come back', () => {
  it('is longer the more are sent away, and within what a client obeys', () => {
    const hints = [0, 1, 500, 5_000, 10_000, 1_000_000].map(chooseRetryHint);
    for (const [index, { minMs, maxMs }] of hints.entries()) {
      expect(minMs).toBeGreaterThan(0);
      expect(maxMs).toBeGreaterThan(minMs);
      expect(maxMs).toBeLessThanOrEqual(MAX_RETRY_HINT_MS);
      expect(maxMs).toBeGreaterThanOrEqual(hints[index - 1]?.maxMs ?? 0);
    }
    expect(hints.at(-1)?.maxMs).toBe(MAX_RETRY_HINT_MS);
  });
});
