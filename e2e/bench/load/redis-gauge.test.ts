import { describe, expect, test } from 'vitest';
import { readAnswer } from './redis-gauge.ts';

describe('what Redis answers', () => {
  test.each([
    ['+PONG\r\n', 'PONG'],
    ['$5\r\na\r\nbc\r\n', 'a\r\nbc'],
    ['$0\r\n\r\n', ''],
    ['+PON', null],
    ['$5\r\na\r\nb', null],
    ['$5\r\na\r\nbc', null],
  ])('%j is read as %j', (answer, text) => {
    expect(readAnswer(Buffer.from(answer))).toBe(text);
  });

  test('a refusal is thrown in its words', () => {
    expect(() => readAnswer(Buffer.from('-LOADING its file\r\n'))).toThrow('LOADING its file');
  });
});
