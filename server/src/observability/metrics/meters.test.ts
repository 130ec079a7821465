import { readFile } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { Distribution } from './distribution.ts';
import { LoopMonitor } from './loop-monitor.ts';
import { Outcomes } from './outcomes.ts';

/** Time that stands still until it is set; tasks run when a test says so. */
class StubbornClock implements Clock {
  time = 0;
  readonly once: (() => void)[] = [];
  readonly repeated: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  monotonicMs(): number {
    return this.time;
  }

  after(_delayMs: number, task: () => void): () => void {
    this.once.push(task);
    return () => {};
  }

  every(_intervalMs: number, task: () => void): () => void {
    this.repeated.push(task);
    return () => {};
  }
}

describe('a distribution', () => {
  it('counts a value in the first bucket that holds it, its bound included, and what is beyond all in the last', () => {
    const distribution = new Distribution([1, 2, 4]);
    for (const value of [0, 1, 1.5, 2, 3, 4, 5, 100]) distribution.observe(value);
    expect([...distribution.counts]).toEqual([2, 2, 2, 2]);
    expect(distribution.count).toBe(8);
    expect(distribution.sum).toBe(116.5);
  });

  it('takes many at once as the same one many times', () => {
    const [atOnce, oneByOne] = [new Distribution([1, 2]), new Distribution([1, 2])];
    atOnce.observe(1.5, 3);
    for (let time = 0; time < 3; time += 1) oneByOne.observe(1.5);
    expect(atOnce).toEqual(oneByOne);
  });
});

describe('outcomes', () => {
  it('keep failures apart, and pass them on', async () => {
    const clock = new StubbornClock();
    const outcomes = new Outcomes([1, 10]);
    const failure = new Error('no');
    const takes = (ms: number, end: () => Promise<string>) => () => {
      clock.time += ms;
      return end();
    };
    expect(
      await outcomes.time(
        clock,
        takes(500, () => Promise.resolve('done')),
      ),
    ).toBe('done');
    await expect(
      outcomes.time(
        clock,
        takes(5000, () => Promise.reject(failure)),
      ),
    ).rejects.toBe(failure);
    await outcomes.time(
      clock,
      takes(1, () => Promise.resolve('not it')),
      () => false,
    );
    expect([...outcomes.values.ok.counts]).toEqual([1, 0, 0]);
    expect([...outcomes.values.failed.counts]).toEqual([0, 1, 0]);
  });
});

describe('the event loop', () => {
  it('is seen to be held up by what a file calls back', async () => {
    const clock = new StubbornClock();
    const monitor = new LoopMonitor(clock);
    const stop = monitor.start();
    await setTimeout(120);
    await new Promise<void>((resolve) => {
      readFile(import.meta.filename, () => {
        holdUp(150);
        resolve();
      });
    });
    await setTimeout(60);
    for (const endSecond of clock.repeated) endSecond();
    stop();
    expect(monitor.worst.sum).toBeGreaterThanOrEqual(0.09);
  });

  it('is watched in the moment after a second ends, which Node leaves out', () => {
    const clock = new StubbornClock();
    const monitor = new LoopMonitor(clock);
    const stop = monitor.start();
    for (const endSecond of clock.repeated) endSecond();
    clock.time += 700;
    clock.once.at(-1)?.();
    for (const endSecond of clock.repeated) endSecond();
    stop();
    expect(monitor.worst.count).toBe(2);
    expect(monitor.worst.sum).toBeGreaterThanOrEqual(0.64);
  });
});

function holdUp(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
