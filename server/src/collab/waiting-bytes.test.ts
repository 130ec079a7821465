import { describe, expect, it } from 'vitest';
import { type Braked, WaitingBytes } from './waiting-bytes.ts';

const MOST = 1_000;

class CountingBrake implements Braked {
  stops = 0;

  stopReading(): void {
    this.stops += 1;
  }

  readOn(): void {
    this.stops -= 1;
  }
}

function stage() {
  const brake = new CountingBrake();
  const waiting = new WaitingBytes({ maxUnestablishedBytes: MOST, maxUnestablishedFrames: 3 }, brake, null);
  return { brake, waiting };
}

describe('what waits of a session', () => {
  it('[R4] may be one frame that is larger than all that may wait, and what was read in one piece with it', () => {
    for (const before of [0, 900]) {
      const { waiting } = stage();
      if (before > 0) expect(waiting.beginBehind(before)).toBe(true);
      expect(waiting.beginBehind(5 * MOST)).toBe(true);
      for (let key = 0; key < 10; key += 1) expect(waiting.beginBehind(10)).toBe(true);
    }
  });

  it('[G4] is no more than may wait besides, and no second such frame, until the first is gone', () => {
    const { waiting } = stage();
    expect(waiting.beginBehind(5 * MOST)).toBe(true);
    expect(waiting.beginBehind(4 * MOST)).toBe(true);
    expect(waiting.beginBehind(1)).toBe(false);
    waiting.endBehind(4 * MOST);
    for (let part = 0; part <= 10; part += 1) expect(waiting.beginBehind(100)).toBe(true);
    expect(waiting.beginBehind(100)).toBe(false);
    waiting.endBehind(5 * MOST);
    for (let part = 0; part <= 10; part += 1) waiting.endBehind(100);
    expect(waiting.beginBehind(5 * MOST)).toBe(true);
    expect(waiting.beginBehind(1)).toBe(true);
  });

  it('[R4] has its socket not read from a quarter on, until less waits', () => {
    const { brake, waiting } = stage();
    waiting.beginBehind(250);
    expect(brake.stops).toBe(0);
    waiting.beginBehind(1);
    waiting.beginBehind(100);
    expect(brake.stops).toBe(1);
    waiting.endBehind(100);
    expect(brake.stops).toBe(1);
    waiting.endBehind(1);
    expect(brake.stops).toBe(0);
  });

  it('[G4] is limited in frames and in bytes at the door, where nobody is known yet', () => {
    const { brake, waiting } = stage();
    expect([waiting.hasRoomAtDoor(MOST), waiting.hasRoomAtDoor(MOST + 1)]).toEqual([true, false]);
    waiting.countAtDoor(3, 10);
    expect(waiting.hasRoomAtDoor(1)).toBe(false);
    waiting.countAtDoor(-1, -5);
    expect(waiting.hasRoomAtDoor(1)).toBe(true);
    expect(brake.stops).toBe(0);
  });
});
