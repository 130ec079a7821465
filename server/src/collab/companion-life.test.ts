import { compareEpochs, FIRST_EPOCH, nextEpoch } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import { companionEpoch, judgeCompanion } from './companion-life.ts';

const live = 'live' as const;

describe('comments', () => {
  it('[R14] go with the life of their document that they were written in, and with no other', () => {
    const second = nextEpoch(FIRST_EPOCH);
    const third = nextEpoch(second);
    const lives = [FIRST_EPOCH, second, third];
    for (const [written, epoch] of lives.entries()) {
      for (const [now, commented] of lives.entries()) {
        const life = judgeCompanion({ epoch: companionEpoch(epoch), state: live }, commented);
        expect(life).toBe(written === now ? 'current' : written < now ? 'over' : 'ahead');
      }
    }
    expect(compareEpochs(companionEpoch(second), companionEpoch(third))).toBeLessThan(0);
  });

  it('are told from what was stored under such a name before it meant comments', () => {
    expect(judgeCompanion({ epoch: FIRST_EPOCH, state: live }, FIRST_EPOCH)).toBe('stranger');
    expect(judgeCompanion({ epoch: FIRST_EPOCH, state: live }, nextEpoch(FIRST_EPOCH))).toBe('stranger');
    expect(judgeCompanion({ epoch: nextEpoch(FIRST_EPOCH), state: 'deleted' }, FIRST_EPOCH)).not.toBe('stranger');
  });
});
