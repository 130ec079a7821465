import { describe, expect, it } from 'vitest';
import { carryIndex, carryReplacement, type FieldKind, type Replacement, readAs } from './field-text.ts';

const apply = (text: string, { index, remove, insert }: Replacement) =>
  text.slice(0, index) + insert + text.slice(index + remove);

const type = (kind: FieldKind, text: string, change: (shown: string) => string) => {
  const field = readAs(kind, text);
  const replacement = field.replaceBy(change(field.shown));
  return { text: apply(text, replacement), size: replacement.remove + replacement.insert.length };
};

describe('what a field shows of a text', () => {
  it('is all of it with `\\n` for each line break, or without any in an <input>', () => {
    const text = 'one\r\ntwo\nthree\rfour';
    expect(readAs('textarea', text).shown).toBe('one\ntwo\nthree\nfour');
    expect(readAs('input', text).shown).toBe('onetwothreefour');
    expect(readAs('textarea', 'a\nb').shown).toBe('a\nb');
  });

  it('has each character where it stands in the text', () => {
    const field = readAs('textarea', 'a\r\nb');
    expect([0, 1, 2, 3].map(field.toText)).toEqual([0, 1, 3, 4]);
    expect([0, 1, 3, 4].map(field.toShown)).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2].map(readAs('input', 'a\r\nb').toText)).toEqual([0, 3, 4]);
  });

  it('is changed by a key without a change of what the field does not show', () => {
    const text = 'one\r\ntwo\r\nthree';
    expect(type('textarea', text, (shown) => `${shown}!`)).toEqual({ text: `${text}!`, size: 1 });
    expect(type('textarea', text, (shown) => shown.replace('one\n', 'one'))).toEqual({
      text: 'onetwo\r\nthree',
      size: 2,
    });
    expect(type('input', text, (shown) => `0 ${shown}`)).toEqual({ text: `0 ${text}`, size: 2 });
    expect(type('input', text, (shown) => shown.replace('onet', 'ont'))).toEqual({
      text: 'on\r\ntwo\r\nthree',
      size: 1,
    });
  });
});

describe('what others have changed meanwhile', () => {
  it('moves an index that stands behind it, and no other', () => {
    expect([0, 3, 4, 7].map((index) => carryIndex(index, 'one two', 'one, two'))).toEqual([0, 3, 5, 8]);
    expect([0, 3, 7].map((index) => carryIndex(index, 'one two', 'two'))).toEqual([0, 0, 3]);
  });

  it('stays beside what somebody has typed', () => {
    const typed = readAs('textarea', 'one two').replaceBy('one twice');
    expect(apply('zero one two', carryReplacement(typed, 'one two', 'zero one two'))).toBe('zero one twice');
    expect(apply('one two three', carryReplacement(typed, 'one two', 'one two three'))).toBe('one twice three');
  });
});
