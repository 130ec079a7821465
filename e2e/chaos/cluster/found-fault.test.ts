import { createRandom, inventSeed } from '@quire/testing';
import { expect, test } from 'vitest';
import { Doc } from 'yjs';
import { EditLedger } from '../../crash/edit-ledger.ts';
import { ChaosRunError, runChaos } from './chaos-run.ts';

/** Little more than the calm at its beginning: room for a fault, or a few. */
const DURATION_MS = 3_500;

test('a run that finds a receipted edit missing says which, from which seed, what had happened, and what the nodes said', async () => {
  const seed = inventSeed();
  // A receipt that no server has given, for an edit that none has seen: the same to a run as one that was given and lost.
  const lost = new EditLedger('nobody', new Doc(), createRandom(seed));
  lost.settle(lost.make());
  const error = await runChaos({
    seed,
    durationMs: DURATION_MS,
    rounds: 1,
    signal: AbortSignal.timeout(170_000),
    say: () => {},
    others: [lost],
  }).catch((reason: unknown) => reason);
  if (!(error instanceof ChaosRunError)) throw new Error('it found nothing', { cause: error });
  const [found = '', ...told] = error.message.split('\n');
  expect(found).toBe(`seed ${seed}: chaos/0/0 has lost what was receipted:`);
  expect(told[0]).toContain('nobody:1 was receipted and is missing');
  const timeline = told.filter((line) => /^\d+\.\d{3} s {2}/.test(line)).map((line) => line.replace(/^\S+ s {2}/, ''));
  const count = (told: string): number => timeline.filter((event) => event.startsWith(told)).length;
  expect(count('begins: ')).toBeGreaterThan(0);
  expect(count('is over: ')).toBe(count('begins: '));
  expect(timeline.filter((event) => !/^(begins|is over): .+, for \d+ ms$/.test(event))).toEqual([
    // Where disks can't be filled, with the reason.
    expect.stringMatching(/^round 0(, without fill-disk: .+)?$/),
    'all faults are over, and all nodes take edits',
    'everybody has the same',
    'nobody sees a ghost',
    'everybody sees everybody',
  ]);
  for (const number of [0, 1, 2]) expect(told).toContain(`--- node ${number} ---`);
}, 180_000);
