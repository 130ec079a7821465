import { describe, expect, it } from 'vitest';
import { FairLines } from './fair-lines.ts';

/** Items are as heavy as their names are long. */
function createLines(...waiting: readonly (readonly [party: string, item: string])[]): FairLines<string> {
  const lines = new FairLines<string>((item) => item.length);
  for (const [party, item] of waiting) lines.push(party, item);
  return lines;
}

function takeAll(lines: FairLines<string>): string[] {
  const taken: string[] = [];
  for (let item = lines.take(); item !== undefined; item = lines.take()) taken.push(item);
  return taken;
}

describe('[G4] lines', () => {
  it('go forward one party after the other, and within each in the order in which they came', () => {
    const lines = createLines(['a', 'a1'], ['a', 'a2'], ['a', 'a3'], ['b', 'b1'], ['c', 'c1'], ['b', 'b2']);
    expect(lines.size).toBe(6);
    expect(takeAll(lines)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(lines.size).toBe(0);
  });

  it('may be left', () => {
    const lines = createLines(['a', 'a1'], ['a', 'a2'], ['b', 'b1']);
    expect([lines.remove('a', 'a1'), lines.remove('a', 'a1'), lines.remove('c', 'a2')]).toEqual([true, false, false]);
    expect([...lines]).toEqual([
      ['a', 'a2'],
      ['b', 'b1'],
    ]);
    expect(takeAll(lines)).toEqual(['a2', 'b1']);
  });

  it('lose the last of whoever has most, until something finds room that would have less', () => {
    const lines = createLines(['a', 'aaaa'], ['b', 'bbb'], ['b', 'bbbbb'], ['c', 'c']);
    const yielding = (party: string, weight: number, lacking: number) =>
      lines.findWhatYields(party, weight, lacking)?.map(({ item }) => item) ?? null;
    expect(yielding('d', 2, 2)).toEqual(['bbbbb']);
    expect(yielding('d', 2, 8)).toEqual(['bbbbb', 'aaaa']);
    expect(yielding('d', 2, 0)).toEqual([]);
    expect(lines.size).toBe(4);
  });

  it('lose nothing to somebody who would have as much, nor for less room than is needed', () => {
    const lines = createLines(['a', 'aaaa'], ['b', 'bb']);
    expect(lines.findWhatYields('a', 1, 1)).toBeNull();
    expect(lines.findWhatYields('d', 4, 1)).toBeNull();
    expect(lines.findWhatYields('d', 3, 5)).toBeNull();
    expect(lines.findWhatYields('d', 3, 4)?.map(({ party }) => party)).toEqual(['a']);
  });
});
