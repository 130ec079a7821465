import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDialect, type Word } from './dialects.ts';
import { encodeKeystroke } from './keystrokes.ts';
import { frameForServer } from './websocket-frames.ts';
import { WordMemo } from './word-memo.ts';

const dialect = createDialect({ dialect: 'y-websocket', basePath: '/', token: '' });
const HEADER_BYTES = frameForServer(new Uint8Array(1)).length - 1;

function message(clock: number): Buffer {
  return dialect.update('plan', encodeKeystroke(99, clock)).subarray(HEADER_BYTES);
}

describe('the memo of what was heard', () => {
  test('the same bytes are read once, wherever they lie in a read', () => {
    let reads = 0;
    const memo = new WordMemo(dialect, (word: Word) => {
      reads += 1;
      return word;
    });
    const one = message(5);
    const shifted = Buffer.concat([Buffer.from([1, 2, 3]), one, Buffer.from([4])]);
    const first = memo.read(one, 0, one.length);
    expect(memo.read(shifted, 3, 3 + one.length)).toBe(first);
    expect(reads).toBe(1);
  });

  test('different bytes never share a meaning', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 2, maxLength: 40 }), (all) => {
        let count = 0;
        const memo = new WordMemo(dialect, () => {
          count += 1;
          return count;
        });
        const meanings = new Map<string, Set<string>>();
        for (const bytes of all) {
          const meaning = String(memo.read(Buffer.from(bytes), 0, bytes.length));
          const texts = meanings.get(meaning) ?? new Set();
          texts.add(Buffer.from(bytes).toString('hex'));
          meanings.set(meaning, texts);
        }
        for (const texts of meanings.values()) expect(texts.size).toBe(1);
      }),
    );
  });
});
