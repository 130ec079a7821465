import { closeCodes } from '@quire/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manual-clock.ts';
import { allow } from '../authenticator.ts';
import type { Answer } from './answer.ts';
import { AnswerMemory } from './answer-memory.ts';

let clock: ManualClock;
let memory: AnswerMemory;
beforeEach(() => {
  clock = new ManualClock();
  memory = new AnswerMemory(60_000, clock);
});

const refusal: Answer = { kind: 'refused', closeCode: closeCodes.unauthorized, reason: 'no' };

function allowed(user: string): Answer {
  const expiresAt = clock.now() + 3_600_000;
  return { kind: 'allowed', access: allow('editor', { id: user, name: null }), expiresAt };
}

const keyOf = (token: string): string => memory.keyOf({ token, cookie: null });

function keep(token: string, answer: Answer): void {
  memory.keep(keyOf(token), answer, clock.monotonicMs());
}

const kindOf = (token: string): string => memory.findFresh(keyOf(token))?.kind ?? 'unknown';

describe('[G6] what a backend said', () => {
  it('is kept under a name from which no token can be told, nor a guess be checked elsewhere', () => {
    const key = keyOf('a token of somebody');
    expect(key).toMatch(/^[\w+/]{43}=$/);
    expect(keyOf('a token of somebody')).toBe(key);
    expect(new AnswerMemory(60_000, clock).keyOf({ token: 'a token of somebody', cookie: null })).not.toBe(key);
  });

  it('of a token is not what it said of a cookie with the same text', () => {
    expect(memory.keyOf({ token: 'same', cookie: null })).not.toBe(memory.keyOf({ token: null, cookie: 'same' }));
  });
});

describe('[G4] the memory of answers', () => {
  it('holds only so many people, and keeps those who come', () => {
    keep('ada', allowed('ada'));
    for (let at = 0; at < 19_999; at += 1) keep(`person ${at}`, allowed(`person ${at}`));
    expect(kindOf('ada')).toBe('allowed');
    for (let at = 0; at < 10_000; at += 1) keep(`newcomer ${at}`, allowed(`newcomer ${at}`));
    expect(memory.size).toBe(20_000);
    expect([kindOf('ada'), kindOf('person 0'), kindOf('newcomer 9999')]).toEqual(['allowed', 'unknown', 'allowed']);
  });

  it('holds only so many refusals, and for them forgets nobody who was let in', () => {
    keep('ada', allowed('ada'));
    for (let at = 0; at < 30_000; at += 1) keep(`made up ${at}`, refusal);
    expect(memory.size).toBe(10_001);
    expect([kindOf('ada'), kindOf('made up 0'), kindOf('made up 29999')]).toEqual(['allowed', 'unknown', 'refused']);
  });
});
