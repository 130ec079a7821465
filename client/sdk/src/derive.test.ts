import { describe, expect, it, vi } from 'vitest';
import { derive, keepEqual } from './derive.ts';

function watched(initial: unknown) {
  const watchers = new Set<() => void>();
  let value = initial;
  const read = vi.fn((before: unknown) => keepEqual(before, value));
  const readable = derive<unknown>({
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    read,
  });
  const set = (next: unknown) => {
    value = next;
    for (const changed of [...watchers]) changed();
  };
  return { readable, read, set, watchers };
}

describe('a value made of others', () => {
  it('is watched once for all who are subscribed, and no longer than that', () => {
    const { readable, watchers } = watched(0);
    readable.get();
    expect(watchers.size).toBe(0);
    const stops = [readable.subscribe(() => {}), readable.subscribe(() => {})];
    expect(watchers.size).toBe(1);
    for (const stop of [...stops, ...stops]) stop();
    expect(watchers.size).toBe(0);
    const patience = new AbortController();
    readable.subscribe(() => {}, { signal: patience.signal });
    expect(watchers.size).toBe(1);
    patience.abort();
    expect(watchers.size).toBe(0);
  });

  it('is made anew only when it may have changed', () => {
    const { readable, read, set } = watched(0);
    readable.subscribe(() => {});
    for (let times = 0; times < 3; times += 1) readable.get();
    expect(read).toHaveBeenCalledTimes(1);
    set(1);
    expect([readable.get(), read.mock.calls.length]).toEqual([1, 2]);
  });

  it('is the same object for as long as it is equal, also when nobody watches, and nobody is told', () => {
    const { readable, set } = watched([{ a: 1 }]);
    const before = readable.get();
    const told = vi.fn();
    const stop = readable.subscribe(told);
    set([{ a: 1 }]);
    expect(readable.get()).toBe(before);
    expect(told).not.toHaveBeenCalled();
    stop();
    set([{ a: 1 }]);
    expect(readable.get()).toBe(before);
    set([{ a: 2 }]);
    expect(readable.get()).toEqual([{ a: 2 }]);
  });

  it('is told of to each who is subscribed, and is true when one subscribes after a change', () => {
    const { readable, set } = watched(0);
    readable.get();
    set(1);
    const heard: unknown[] = [];
    readable.subscribe((value) => heard.push(value));
    expect(readable.get()).toBe(1);
    set(2);
    expect(heard).toEqual([2]);
  });
});

describe('of a value that has changed', () => {
  const make = () => [{ id: 'a', tags: ['x'] }, { id: 'b' }, { id: 'c', by: { name: 'Ada' } }];

  it('the items that have not are the same objects as before, also behind where others came or went', () => {
    const before = make();
    const [first, second, third] = before;
    const inserted = keepEqual(before, make().toSpliced(1, 0, { id: 'new' }));
    expect(inserted.map((item) => before.indexOf(item))).toEqual([0, -1, 1, 2]);
    const removed = keepEqual(before, make().toSpliced(0, 1));
    expect(removed[0]).toBe(second);
    expect(removed[1]).toBe(third);
    const changed = keepEqual(before, make().with(1, { id: 'other' }));
    expect([changed[0] === first, changed[1]?.id, changed[2] === third]).toEqual([true, 'other', true]);
  });

  it('the fields that have not are, at any depth', () => {
    const before = { plan: { tags: ['x'], by: { name: 'Ada' } }, votes: 1 };
    const after = keepEqual(before, { plan: { tags: ['x'], by: { name: 'Ben' } }, votes: 1 });
    expect(after).toEqual({ plan: { tags: ['x'], by: { name: 'Ben' } }, votes: 1 });
    expect(after.plan.tags).toBe(before.plan.tags);
  });

  it('what is no plain data is taken as it is', () => {
    const bytes = new Uint8Array([1, 2]);
    expect(keepEqual<unknown>(new Uint8Array([1]), bytes)).toBe(bytes);
    expect(keepEqual<unknown>([1], { 0: 1 })).toEqual({ 0: 1 });
  });
});
