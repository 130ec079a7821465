import { describe, expect, it } from 'vitest';
import { chooseRange } from './byte-range.ts';

const there = { length: 100, tag: '"a"' };

describe('the part that is asked for', () => {
  it.each([
    ['bytes=0-', { kind: 'part', start: 0, end: 100 }],
    ['bytes=40-', { kind: 'part', start: 40, end: 100 }],
    ['bytes=40-49', { kind: 'part', start: 40, end: 50 }],
    ['bytes=40-4000', { kind: 'part', start: 40, end: 100 }],
    ['bytes=99-', { kind: 'part', start: 99, end: 100 }],
    ['bytes=100-', { kind: 'outside' }],
    // What it need not understand, and what makes no sense.
    ['bytes=-10', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['bytes=9-3', { kind: 'whole' }],
    ['lines=0-', { kind: 'whole' }],
    ['bytes=0x10-', { kind: 'whole' }],
    [`bytes=${'9'.repeat(40)}-`, { kind: 'whole' }],
    [undefined, { kind: 'whole' }],
  ] as const)('%s', (range, part) => {
    expect(chooseRange(range, undefined, there)).toEqual(part);
  });

  it('[G3] is the whole when it is of other bytes than those that are there', () => {
    expect(chooseRange('bytes=40-', '"a"', there).kind).toBe('part');
    expect(chooseRange('bytes=40-', '"b"', there).kind).toBe('whole');
    expect(chooseRange('bytes=40-', 'W/"a"', there).kind).toBe('whole');
  });
});
