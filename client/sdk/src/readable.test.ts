import { afterEach, expect, test, vi } from 'vitest';
import { createWritable } from './readable.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a listener that throws keeps neither the value from being set nor the others from being told', () => {
  const reported: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
  const value = createWritable(0);
  const heard: number[] = [];
  const fault = new Error('a bug in a component');
  value.subscribe(() => {
    throw fault;
  });
  value.subscribe((now) => heard.push(now));
  value.set(1);
  value.set(2);
  expect(value.get()).toBe(2);
  expect(heard).toEqual([1, 2]);
  expect(reported).toEqual([fault, fault]);
});

test('where nothing takes error reports, the error of a listener comes to the surface by itself', async () => {
  vi.stubGlobal('reportError', undefined);
  const surfaced: unknown[] = [];
  vi.stubGlobal('queueMicrotask', (task: () => void) => {
    try {
      task();
    } catch (error) {
      surfaced.push(error);
    }
  });
  const value = createWritable('a');
  const fault = new Error('a bug in a listener');
  value.subscribe(() => {
    throw fault;
  });
  value.set('b');
  expect(surfaced).toEqual([fault]);
});

test('a subscription ends with its signal, and does not begin where that has aborted', () => {
  const value = createWritable(0);
  const heard: number[] = [];
  const patience = new AbortController();
  value.subscribe((now) => heard.push(now), { signal: patience.signal });
  value.set(1);
  patience.abort();
  value.subscribe((now) => heard.push(now), { signal: patience.signal });
  value.set(2);
  expect(heard).toEqual([1]);
});

test('of two values that change together, who is told of the one finds the other changed too', () => {
  const [count, isEven] = [createWritable(0), createWritable(true)];
  const seen: unknown[] = [];
  count.subscribe((now) => seen.push([now, isEven.get()]));
  isEven.subscribe((now) => seen.push([count.get(), now]));
  const tell = [count.put(1), isEven.put(false)];
  expect(seen).toEqual([]);
  for (const tellOne of tell) tellOne();
  expect(seen).toEqual([
    [1, false],
    [1, false],
  ]);
});

test('where a listener sets the next value, that is the last that any of them hears', () => {
  const value = createWritable(0);
  const heard: number[] = [];
  value.subscribe((now) => {
    if (now === 1) value.set(2);
  });
  value.subscribe((now) => heard.push(now));
  value.set(1);
  expect([value.get(), heard]).toEqual([2, [2]]);
});
