// @vitest-environment happy-dom

import type { QuireError } from '@quire/client';
import { afterEach, expect, test, vi } from 'vitest';
import { h } from '../base/h.ts';
import { fetchPart } from './fetch-part.ts';
import { fetchWords } from './fetch-words.ts';

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** @param onTold with how nobody wants it any more */
function fetchWith<Part>(fetchNow: () => Promise<Part>, onTold: (end: AbortController) => void = () => {}) {
  const waiting = h('div', { class: 'waiting' });
  document.body.append(waiting);
  const end = new AbortController();
  const told: QuireError[] = [];
  const part = fetchPart(fetchNow, {
    waiting,
    signal: end.signal,
    word: (key) => fetchWords[key],
    onFailed(error) {
      told.push(error);
      onTold(end);
    },
  });
  return { part, end, told };
}

const fail = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
const never = () => new Promise<never>(() => {});

/** A part that can't be fetched so many times. */
function begin(failures: number) {
  let left = failures;
  return fetchWith(async () => {
    left -= 1;
    return left < 0 ? 'a part' : fail();
  });
}

const button = (): HTMLElement | null => document.querySelector('button');

test('a part that can not be fetched is said to be missing, to the person and to the page, until it is fetched again', async () => {
  const { part, told } = begin(2);
  for (const attempts of [1, 2]) {
    await expect.poll(() => told.length).toBe(attempts);
    expect(document.querySelector('[role=alert]')?.textContent).toBe(fetchWords.notFetched);
    expect(document.querySelector('.waiting')).toBeNull();
    button()?.click();
  }
  expect(told[0]).toMatchObject({ code: 'part-not-loaded', cause: { name: 'TypeError' } });
  expect(await part).toBe('a part');
  expect(document.body.children).toHaveLength(0);
});

test('a part that nobody wants any more is not fetched again', async () => {
  const { part, end, told } = begin(9);
  await expect.poll(() => told.length).toBe(1);
  end.abort();
  expect(await part).toBeNull();
  expect(told).toHaveLength(1);
});

test('a part that can not be fetched without a network tells nobody that reloading the page helps, and comes with the network', async () => {
  vi.stubGlobal('navigator', { onLine: false });
  const { part, told } = begin(2);
  for (const attempts of [1, 2]) {
    await expect.poll(() => told.length).toBe(attempts);
    expect(document.querySelector('[role=alert]')?.textContent).toBe(fetchWords.notReached);
    window.dispatchEvent(new Event('online'));
  }
  expect(told[0]).toMatchObject({
    code: 'unreachable',
    message: fetchWords.notReached,
    retryable: true,
    cause: { name: 'TypeError' },
  });
  expect(await part).toBe('a part');
  expect(document.body.children).toHaveLength(0);
});

test('a part is not waited for in a network that has frozen, and is there once it comes after all', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const late = Promise.withResolvers<string>();
  const { part, told } = fetchWith(() => late.promise);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(told).toMatchObject([
    { code: 'unreachable', message: fetchWords.notReached, cause: { name: 'TimeoutError' } },
  ]);
  expect(button()).not.toBeNull();
  late.resolve('a part');
  expect(await part).toBe('a part');
  expect(told).toHaveLength(1);
});

test('a part is not waited for either once nobody wants it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { part, told, end } = fetchWith(never);
  end.abort();
  expect(await part).toBeNull();
  expect([told, vi.getTimerCount()]).toEqual([[], 0]);
});

test('a page that takes the element away when it hears of the failure leaves nobody waiting', async () => {
  const { part, told } = fetchWith(fail, (end) => end.abort());
  expect(await part).toBeNull();
  expect(told).toHaveLength(1);
});
