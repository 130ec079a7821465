import type { DocumentName } from '@quire/protocol';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { purgeOverdue } from './purge-overdue.ts';

const LOOK_MS = 600_000;
const log = pino({ level: 'silent' });
const nextTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

it('[R13] nothing is ended by a node that may not know what was restored elsewhere, until it knows', async () => {
  const clock = new ManualClock();
  let knowsAll = false;
  const purged: string[] = [];
  const stop = purgeOverdue({
    bin: { overdue: () => ['plan' as DocumentName], forgetLost: async () => {} },
    clock,
    log,
    knowsAll: () => knowsAll,
    purge: async (document) => purged.push(document) > 0,
  });
  clock.advance(LOOK_MS);
  await nextTurns();
  expect(purged).toEqual([]);
  knowsAll = true;
  clock.advance(LOOK_MS);
  await nextTurns();
  expect(purged).toEqual(['plan']);
  stop();
});

it('[R14] what was restored before its turn came is forgotten by the bin, and lives', async () => {
  const clock = new ManualClock();
  const forgotten: string[] = [];
  const stop = purgeOverdue({
    bin: { overdue: () => ['plan' as DocumentName], forgetLost: async (document) => void forgotten.push(document) },
    clock,
    log,
    knowsAll: () => true,
    purge: async () => false,
  });
  clock.advance(LOOK_MS);
  await nextTurns();
  expect(forgotten).toEqual(['plan']);
  stop();
});
