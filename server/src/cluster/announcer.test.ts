import type { Holdings } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { decodeAnnouncement, encodeAnnouncement } from './announcement.ts';
import { Announcer, MAX_SPANS } from './announcer.ts';

const [own, gappy] = ['00000000000000a1', '00000000000000b1'];

function open(incarnation: string, others: Holdings): Announcer {
  const holdings = new Map([...others, [incarnation, [{ first: 1, last: 3 }]]]);
  return new Announcer({
    store: { incarnation, holdings: () => holdings },
    membership: { node: incarnation, generation: 1, roll: { members: new Set([incarnation]), forgotten: new Set() } },
    clock: new ManualClock(),
    refused: () => new Map(),
    address: 'http://10.0.0.1:1234',
    release: '1.0.0',
  });
}

const everyOther = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ first: at * 2 + 1, last: at * 2 + 1 }));

describe('what a node announces', () => {
  it('[R12] of an incarnation with more gaps than fit is left to the digest: nobody takes a part of it for all', () => {
    const spans = everyOther(MAX_SPANS + 1);
    const word = open(own, new Map([[gappy, spans]])).next('ready', true);
    const heard = decodeAnnouncement(encodeAnnouncement(word));
    expect(heard.holdings.has(gappy)).toBe(false);
    expect(open(own, new Map([[gappy, spans.slice(0, MAX_SPANS)]])).agrees(heard)).toBe(false);
    expect(open(own, new Map([[gappy, spans]])).agrees(heard)).toBe(true);
  });

  it('[R12] can be read, however many incarnations with however many gaps it holds, and the digest stands for the rest', () => {
    const spans = everyOther(MAX_SPANS).map(({ first }) => ({ first: first + 10_000_000, last: first + 10_000_000 }));
    const others = Array.from({ length: 2_000 }, (_, at) => [at.toString(16).padStart(16, '0'), spans] as const);
    const heard = decodeAnnouncement(encodeAnnouncement(open(own, new Map(others)).next('ready', true)));
    expect(heard.holdings.has(own)).toBe(true);
    expect(heard.holdings.size).toBeGreaterThan(200);
    expect(open(own, new Map(others)).agrees(heard)).toBe(true);
    expect(open(own, heard.holdings).agrees(heard)).toBe(false);
  });
});
