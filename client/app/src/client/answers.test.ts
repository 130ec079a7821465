import { describe, expect, it } from 'vitest';
import { keepAnswer, mustAsk } from './answers.ts';

const status = { admissions: 1, canEdit: true, loaded: true };
const answered = { answer: 'editor', admissions: 1, canEdit: true };

describe('what the server said of somebody', () => {
  it('is asked when nothing is known, and not again while the connection says nothing else', () => {
    expect(mustAsk(null, { ...status, admissions: 0 })).toBe(false);
    expect(mustAsk(null, { ...status, loaded: false })).toBe(false);
    expect(mustAsk(null, status)).toBe(true);
    expect(mustAsk(answered, status)).toBe(false);
    expect(keepAnswer(null, { canEdit: true })).toBeNull();
  });

  it('is asked anew when the connection says what they may do, and counts until there is an answer', () => {
    expect(mustAsk(answered, { ...status, admissions: 2 })).toBe(true);
    expect(keepAnswer(answered, { canEdit: true })).toBe('editor');
  });

  it('counts no longer once they may do less or more', () => {
    expect(mustAsk(answered, { ...status, canEdit: false })).toBe(true);
    expect(keepAnswer(answered, { canEdit: false })).toBeNull();
  });
});
