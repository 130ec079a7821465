import { expect, test } from 'vitest';
import { createSetting } from './setting.ts';

function createMemory(entries: Record<string, string> = {}) {
  const map = new Map(Object.entries(entries));
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
}

const parse = (stored: string) => (stored === 'a' || stored === 'b' ? stored : null);

test('a first value is stored, so that the next page has the same one', () => {
  const storage = createMemory();
  createSetting<string>({ key: 'k', storage, parse, initial: () => 'a' });
  expect(createSetting<string>({ key: 'k', storage, parse, initial: () => 'b' }).get()).toBe('a');
});

test('a stored value that makes no sense is replaced', () => {
  const storage = createMemory({ k: '{broken' });
  expect(createSetting<string>({ key: 'k', storage, parse, initial: () => 'b' }).get()).toBe('b');
  expect(storage.map.get('k')).toBe('b');
});

test('a change in another tab is a change here, until closed', () => {
  const otherTabs = new EventTarget();
  const setting = createSetting<string>({ key: 'k', storage: createMemory(), parse, initial: () => 'a', otherTabs });
  const heard: string[] = [];
  setting.subscribe((value) => heard.push(value));
  const change = (newValue: string | null, key = 'k') =>
    otherTabs.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }));
  change('b');
  change('b', 'other');
  change('nonsense');
  change(null);
  expect(heard).toEqual(['b']);
  setting.close();
  change('a');
  expect(setting.get()).toBe('b');
});

test('without storage, or with one that throws, a setting still holds for this page', () => {
  const refuse = () => {
    throw new Error('quota');
  };
  for (const storage of [null, { getItem: refuse, setItem: refuse }]) {
    const setting = createSetting<string>({ key: 'k', storage, parse, initial: () => 'a' });
    setting.set('b');
    expect(setting.get()).toBe('b');
  }
});
