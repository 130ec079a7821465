import { describe, expect, it } from 'vitest';
import { type Asked, answerDueAt, type Heard, SLOWEST_BYTES_PER_MS } from './answer-deadline.ts';

const MIB = 1024 * 1024;
const asked = (given: Partial<Asked> = {}): Asked => ({ at: 5_000, deadlineMs: 1_000, bytesAhead: 0, ...given });
const nothing: Heard = { at: 0, bytes: 0, answered: null };
const heard = (given: Partial<Heard>): Heard => ({ ...nothing, ...given });

describe('how long is waited', () => {
  it('[G5] an answer of which nothing comes is waited for as long as its deadline', () => {
    expect(answerDueAt(asked(), nothing)).toBe(6_000);
  });

  it('an answer is waited for once what has to be sent before it may have been', () => {
    expect(answerDueAt(asked({ bytesAhead: 4 * MIB }), nothing)).toBe(6_000 + (4 * MIB) / SLOWEST_BYTES_PER_MS);
  });

  it('an answer of which a part has come is waited for a deadline after the last of it', () => {
    expect(answerDueAt(asked(), heard({ at: 9_000, bytes: MIB }))).toBe(10_000);
  });

  it('[G5] an answer that stops half-way is not waited for any longer for what came before', () => {
    expect(answerDueAt(asked(), heard({ at: 5_500, bytes: 64 * MIB }))).toBe(6_500);
  });

  it('[G4] an answer that comes by the byte is waited for no longer than the slowest line needs', () => {
    expect(answerDueAt(asked(), heard({ at: 60_000, bytes: 10 * SLOWEST_BYTES_PER_MS }))).toBe(6_010);
  });

  it('an answer is waited for as long as what is left before it may take, once what was before that is answered', () => {
    const second = asked({ bytesAhead: 4 * MIB });
    const answered = { at: 5_020, bytesAhead: MIB };
    expect(answerDueAt(second, heard({ at: 5_020, bytes: 5, answered }))).toBeCloseTo(
      6_020 + MIB / SLOWEST_BYTES_PER_MS,
    );
  });

  it('[G4] an answer is waited for no longer than the slowest line needs for all of it, however late those before it came', () => {
    const second = asked({ bytesAhead: 10 * SLOWEST_BYTES_PER_MS });
    const answered = { at: 5_009, bytesAhead: 9 * SLOWEST_BYTES_PER_MS };
    expect(answerDueAt(second, heard({ at: 5_009, answered }))).toBe(6_010);
  });
});
