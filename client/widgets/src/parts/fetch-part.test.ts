// @vitest-environment happy-dom

import type { QuireError } from '@quire/client';
import { afterEach, expect, test } from 'vitest';
import { h } from '../base/h.ts';
import { fetchPart } from './fetch-part.ts';
import { fetchWords } from './fetch-words.ts';

afterEach(() => {
  document.body.replaceChildren();
});

/** A part that can't be fetched so many times. */
function begin(failures: number) {
  const waiting = h('div', { class: 'waiting' });
  document.body.append(waiting);
  const end = new AbortController();
  const told: QuireError[] = [];
  let left = failures;
  const part = fetchPart(
    async () => {
      left -= 1;
      if (left >= 0) throw new TypeError('Failed to fetch dynamically imported module');
      return 'a part';
    },
    { waiting, signal: end.signal, word: (key) => fetchWords[key], onFailed: (error) => told.push(error) },
  );
  return { part, end, told };
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
