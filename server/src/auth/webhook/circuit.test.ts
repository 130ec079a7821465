import { describe, expect, it } from 'vitest';
import {
  type Circuit,
  CLOSED,
  FAILURES_TO_OPEN,
  FIRST_OPENING_MS,
  LONGEST_OPENING_MS,
  letThrough,
  noteAnswer,
  noteFailure,
} from './circuit.ts';

function failTimes(times: number, from: Circuit = CLOSED, now = 0): Circuit {
  return Array.from({ length: times }).reduce<Circuit>((circuit) => noteFailure(circuit, 'ordinary', now), from);
}

/** Lets the next probe through, once it may pass, and has it fail. */
function failProbe(circuit: Circuit): { readonly circuit: Circuit; readonly at: number } {
  if (circuit.kind !== 'open') throw new Error(`it is ${circuit.kind}`);
  const through = letThrough(circuit, circuit.until);
  if (through?.passage !== 'probe') throw new Error('no probe may pass');
  return { circuit: noteFailure(through.circuit, 'probe', circuit.until), at: circuit.until };
}

describe('a circuit', () => {
  it('lets everything through while a backend answers, and after fewer failures in a row than open it', () => {
    expect(letThrough(CLOSED, 0)).toEqual({ passage: 'ordinary', circuit: CLOSED });
    const wavering = failTimes(FAILURES_TO_OPEN - 1);
    expect(letThrough(wavering, 0)).toEqual({ passage: 'ordinary', circuit: wavering });
    expect(failTimes(FAILURES_TO_OPEN - 1, noteAnswer()).kind).toBe('closed');
  });

  it('lets nothing through once it is open, until its time is over', () => {
    const opened = failTimes(FAILURES_TO_OPEN, CLOSED, 100);
    expect(opened).toEqual({ kind: 'open', openings: 1, until: 100 + FIRST_OPENING_MS });
    expect(letThrough(opened, 100)).toBeNull();
    expect(letThrough(opened, 99 + FIRST_OPENING_MS)).toBeNull();
  });

  it('then lets one through at a time, and an answer closes it', () => {
    const opened = failTimes(FAILURES_TO_OPEN);
    const through = letThrough(opened, FIRST_OPENING_MS);
    expect(through).toEqual({ passage: 'probe', circuit: { kind: 'probing', openings: 1 } });
    expect(letThrough(through?.circuit ?? CLOSED, 10 * FIRST_OPENING_MS)).toBeNull();
    expect(letThrough(noteAnswer(), FIRST_OPENING_MS)?.passage).toBe('ordinary');
  });

  it('stays open for longer each time that a probe fails, and never for longer than the longest', () => {
    let circuit = failTimes(FAILURES_TO_OPEN);
    const openings: number[] = [];
    let at = 0;
    for (let probe = 0; probe < 8; probe += 1) {
      if (circuit.kind !== 'open') throw new Error('it is not open');
      openings.push(circuit.until - at);
      ({ circuit, at } = failProbe(circuit));
    }
    expect(openings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(LONGEST_OPENING_MS).toBe(30_000);
  });

  it('begins with a short time again after the backend was back', () => {
    const { circuit: again } = failProbe(failTimes(FAILURES_TO_OPEN));
    expect(again).toMatchObject({ openings: 2 });
    expect(failTimes(FAILURES_TO_OPEN, noteAnswer(), 5)).toEqual({
      kind: 'open',
      openings: 1,
      until: 5 + FIRST_OPENING_MS,
    });
  });

  it('is not moved by failures of questions that were asked before it opened', () => {
    const opened = failTimes(FAILURES_TO_OPEN);
    expect(failTimes(100, opened, 500)).toEqual(opened);
    const probing = letThrough(opened, FIRST_OPENING_MS)?.circuit ?? CLOSED;
    expect(noteFailure(probing, 'ordinary', FIRST_OPENING_MS)).toEqual(probing);
  });
});
