import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Pace, type PaceLimits } from './pace.ts';
import { Reading } from './reading.ts';

class FakeSocket {
  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

function createSession(limits: PaceLimits) {
  const [clock, socket] = [new ManualClock(), new FakeSocket()];
  const reading = new Reading(socket, null);
  return { clock, socket, reading, pace: new Pace(limits, reading, clock) };
}

const slow: PaceLimits = { maxFramesPerSecond: 10, maxReceivedBytesPerSecond: 1000, rateBurstMs: 2000 };

describe('the pace of a session', () => {
  it('[R4] lets a burst pass, and then stops reading until there is an allowance again', () => {
    const { clock, socket, pace } = createSession(slow);
    for (let frame = 0; frame < 20; frame += 1) pace.spend(1, clock.monotonicMs());
    expect(socket.isPaused).toBe(false);
    pace.spend(1, clock.monotonicMs());
    expect(socket.isPaused).toBe(true);
    clock.advance(99);
    expect(socket.isPaused).toBe(true);
    clock.advance(1);
    expect(socket.isPaused).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('counts bytes beside frames: one that is larger than all that may come at once passes, and is paid for', () => {
    const { clock, socket, pace } = createSession(slow);
    pace.spend(5000, clock.monotonicMs());
    expect(socket.isPaused).toBe(true);
    clock.advance(2999);
    expect(socket.isPaused).toBe(true);
    clock.advance(1);
    expect(socket.isPaused).toBe(false);
  });

  it('goes on waiting for what was read at once with the frame that was too many', () => {
    const { clock, socket, pace } = createSession(slow);
    for (let frame = 0; frame < 40; frame += 1) pace.spend(1, clock.monotonicMs());
    clock.advance(100);
    expect(socket.isPaused).toBe(true);
    clock.advance(1899);
    expect(socket.isPaused).toBe(true);
    clock.advance(1);
    expect(socket.isPaused).toBe(false);
  });

  it('forgets its wait when the session ends', () => {
    const { clock, reading, pace } = createSession(slow);
    for (let frame = 0; frame < 30; frame += 1) pace.spend(1, clock.monotonicMs());
    pace.stop();
    reading.end();
    expect(clock.pending).toBe(0);
    expect(reading.isPaused).toBe(false);
  });

  it('[G4] holds whoever sends all that is read to the rate, and nobody else up', () => {
    let paused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.record({ afterMs: fc.nat(60), frames: fc.integer({ min: 1, max: 5 }), bytes: fc.nat(300) }), {
          minLength: 20,
          maxLength: 200,
        }),
        (chunks) => {
          const { clock, socket, pace } = createSession(slow);
          const began = clock.monotonicMs();
          let [frames, bytes] = [0, 0];
          for (const chunk of chunks) {
            clock.advance(chunk.afterMs);
            if (socket.isPaused) {
              paused += 1;
              continue; // it waits in the network
            }
            const elapsed = clock.monotonicMs() - began;
            // Before this one was read there was an allowance left, or as good as none.
            expect(frames).toBeLessThanOrEqual(((elapsed + slow.rateBurstMs) * slow.maxFramesPerSecond) / 1000 + 1e-6);
            expect(bytes).toBeLessThanOrEqual(
              ((elapsed + slow.rateBurstMs) * slow.maxReceivedBytesPerSecond) / 1000 + 1e-6,
            );
            for (let frame = 0; frame < chunk.frames; frame += 1) pace.spend(chunk.bytes, clock.monotonicMs());
            frames += chunk.frames;
            bytes += chunk.frames * chunk.bytes;
          }
        },
      ),
    );
    expect(paused).toBeGreaterThan(100);
  });
});

describe('reading', () => {
  it('goes on once nobody has a reason against it, however often each said so', () => {
    const socket = new FakeSocket();
    const reading = new Reading(socket, null);
    reading.pauseFor('rate');
    reading.pauseFor('rate');
    expect([socket.isPaused, reading.isPaused]).toEqual([true, true]);
    reading.resumeFor('rate');
    expect([socket.isPaused, reading.isPaused]).toEqual([false, false]);
    reading.resumeFor('rate');
    expect(reading.isPaused).toBe(false);
  });

  it('is not stopped any more once the session ends', () => {
    const socket = new FakeSocket();
    const reading = new Reading(socket, null);
    reading.pauseFor('rate');
    reading.end();
    reading.pauseFor('rate');
    expect(socket.isPaused).toBe(false);
  });
});
