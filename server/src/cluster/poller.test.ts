import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { type Asker, PeerError, type PeerStatus } from './peer-link.ts';
import { Poller } from './poller.ts';

const b = { node: 'b', address: 'http://b' };
const self = { node: 'a', address: 'http://a' };
const status: PeerStatus = { announcement: new Uint8Array(), holdings: new Map(), heard: new Map() };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open(answer: (signal: AbortSignal) => Promise<PeerStatus>, isRightNode = true) {
  const clock = new ManualClock();
  const later: string[] = [];
  const asked: { readonly address: string; readonly asker: Asker }[] = [];
  const poller = new Poller({
    peers: {
      status: (address, asker, signal) => {
        asked.push({ address, asker });
        return answer(signal);
      },
      entries: () => Promise.reject(new PeerError('unreachable', 'not asked for')),
    },
    self: () => self,
    clock,
    log: pino({ level: 'silent' }),
    onStatus: () => isRightNode,
    onLater: (node) => later.push(node),
  });
  const askFor = async (ms: number, longestRestMs: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      poller.ask(b, longestRestMs);
      await turn();
      clock.advance(1_000);
    }
  };
  return { clock, poller, askFor, later, asked: () => asked.length, last: () => asked.at(-1) };
}

describe('the poller', () => {
  it('[G2] asks who answers as often as it is told to', async () => {
    const { askFor, asked, poller } = open(async () => status);
    await askFor(10_000, 10_000);
    expect(asked()).toBe(10);
    expect(poller.failures(b)).toBe(0);
  });

  it('[G4] asks who does not answer ever less often, and at once more often when there is no other way', async () => {
    const { askFor, asked, poller } = open(() => Promise.reject(new PeerError('unreachable', 'nobody is there')));
    await askFor(60_000, 10_000);
    const seldom = asked();
    expect(seldom).toBeLessThan(12);
    await askFor(60_000, 2_000);
    expect(asked() - seldom).toBeGreaterThan(25);
    expect(poller.failures(b)).toBe(asked());
  });

  it('[G2] says who asks, and looks for who moved where it is now, though it does not answer where it was', async () => {
    const moved = { node: 'b', address: 'http://moved' };
    let isThere = false;
    const { clock, poller, askFor, asked, last } = open(() =>
      isThere ? Promise.resolve(status) : Promise.reject(new PeerError('unreachable', 'nobody is there')),
    );
    await askFor(1_000, 10_000);
    isThere = true;
    poller.ask(moved, 10_000);
    expect([asked(), last()]).toEqual([2, { address: 'http://moved', asker: self }]);
    await turn();
    expect([poller.failures(b), poller.failures(moved)]).toEqual([0, 0]);
    expect(clock.pending).toBe(0);
  });

  it('[R12] tells who answers what only a later release reads, and takes it for no answer', async () => {
    const { askFor, later, poller } = open(() => Promise.reject(new PeerError('later', 'it is of tomorrow')));
    await askFor(1_000, 10_000);
    expect([later, poller.failures(b)]).toEqual([['b'], 1]);
  });

  it('[R12] takes the answer of another node, at an address that changed hands, for none', async () => {
    const { askFor, poller } = open(async () => status, false);
    await askFor(1_000, 10_000);
    expect(poller.failures(b)).toBe(1);
  });

  it('[G4] gives up a question after three seconds, and asks one at a time', async () => {
    const { askFor, asked, poller, clock } = open(
      (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    await askFor(2_000, 10_000);
    expect(asked()).toBe(1);
    clock.advance(1_000);
    await turn();
    expect(poller.failures(b)).toBe(1);
    poller.ask(b, 1);
    poller.close();
    await turn();
    expect(clock.pending).toBe(0);
  });
});
