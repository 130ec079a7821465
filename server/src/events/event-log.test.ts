import type { EventPoint } from '@quire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog, type LoggedEvent, type ReplayLimits } from './event-log.ts';

const LIMITS: ReplayLimits = { maxEvents: 100, maxBytes: 64 * 1024, maxAgeMs: 60_000 };

interface Step {
  readonly does: 'say' | 'lose' | 'leave' | 'return' | 'wait';
  readonly node: number;
}

/** What runs once found: somebody moves to another node before theirs has noticed what it missed of that one. */
const FOUND: [Step[]][] = [
  [
    [
      { does: 'lose', node: 1 },
      { does: 'wait', node: 2 },
      { does: 'leave', node: 0 },
      { does: 'return', node: 1 },
    ],
  ],
];

/** Two nodes by the same clock that hear each other's events when a test says so. */
function stage(limits: Partial<ReplayLimits> = {}, maxTotalBytes = Number.POSITIVE_INFINITY) {
  let now = 1_000_000;
  const budget = { bytes: 0, maxBytes: maxTotalBytes, relieve: () => false };
  const open = (since = 0): EventLog => new EventLog({ ...LIMITS, ...limits }, budget, now, since);
  const say = (log: EventLog, text: string, key = ''): LoggedEvent => log.add(key, now, now, () => text);
  const missed = (log: EventLog, point: EventPoint) => log.miss(point, now);
  /** Somebody who has heard everything that this node has, and leaves now. */
  const leave = ({ heads, name }: EventLog): ((log: EventLog) => ReturnType<EventLog['miss']>) => {
    const since = now;
    return (log) => missed(log, { log: name, heads, awayMs: now - since });
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { open, say, leave, pass, budget, missed, now: () => now };
}

describe('a log of events', () => {
  it('tells whoever comes back what they missed, in order, and nothing that they heard', () => {
    const { leave, open, say } = stage();
    const log = open();
    say(log, 'one');
    const back = leave(log);
    expect(back(log)).toEqual({ events: [], gap: null });
    say(log, 'two');
    say(log, 'three');
    expect(back(log)).toEqual({ events: ['two', 'three'], gap: null });
  });

  it.each([
    ['number', { maxEvents: 2 }],
    ['bytes', { maxBytes: 2 * 210 }],
  ])('[G4] is bounded in %s, and says what can not be had any more', (_, limits) => {
    const { leave, open, say, budget } = stage(limits);
    const log = open();
    say(log, 'before');
    const back = leave(log);
    for (const text of ['one', 'two']) say(log, text);
    expect(back(log)).toEqual({ events: ['one', 'two'], gap: null });
    for (let more = 0; more < 50; more += 1) say(log, `more ${more}`);
    expect(back(log)).toEqual({ events: ['more 48', 'more 49'], gap: 'lost' });
    expect(budget.bytes).toBe(log.bytes);
    expect(budget.bytes).toBeLessThan(3 * 210);
  });

  it('[G4] is bounded in age', () => {
    const { leave, open, pass, say, budget } = stage();
    const log = open();
    const back = leave(log);
    say(log, 'old');
    pass(30_000);
    say(log, 'young');
    pass(30_000);
    expect(back(log)).toEqual({ events: ['young'], gap: 'lost' });
    pass(30_000);
    expect(back(log)).toEqual({ events: [], gap: 'lost' });
    expect(budget.bytes).toBe(0);
  });

  it('[G4] what all logs of a node hold is bounded, and given back', () => {
    const { leave, open, say, budget } = stage({}, 3 * 210);
    const logs = [open(), open()];
    const [back] = logs.map(leave);
    for (const log of logs) for (let count = 0; count < 10; count += 1) say(log, 'x');
    expect(budget.bytes).toBeLessThanOrEqual(3 * 210);
    const [first] = logs;
    expect(first && back?.(first)).toMatchObject({ gap: 'lost' });
    for (const log of logs) log.clear();
    expect(budget.bytes).toBe(0);
  });

  it('an event of another node is heard once', () => {
    const { open, say, now } = stage();
    const [here, there] = [open(), open()];
    const event = say(there, 'wave');
    expect([here.hear(event, now(), false), here.hear(event, now(), false)]).toEqual(['new', 'known']);
    expect(here.heads).toContainEqual([event.id.split('.')[0], 1]);
  });

  it('[R11] an event that got lost between nodes is noticed by the next, and by what its node says it sent', () => {
    const { leave, open, say, now } = stage();
    const [here, there] = [open(), open()];
    here.hear(say(there, 'one'), now(), false);
    const back = leave(here);
    say(there, 'lost');
    const third = say(there, 'three');
    expect(here.hear(third, now(), false)).toBe('after-a-gap');
    expect(back(here)).toEqual({ events: ['three'], gap: 'lost' });
    expect(here.reach(third.id, true)).toBe(false);
    say(there, 'lost too');
    expect([here.reach(there.head, true), here.reach(there.head, true)]).toEqual([true, false]);
  });

  it('[R11] of a node that has said that it had sent none, the first that gets lost is noticed too', () => {
    const { open, say, now } = stage();
    const [here, there, third] = [open(), open(), open()];
    say(there, 'lost');
    expect(here.reach(there.head, true)).toBe(true);
    expect(third.hear(say(there, 'two'), now(), true)).toBe('after-a-gap');
  });

  it('what another node said before this one listened is not missed here', () => {
    const { leave, open, say, now } = stage();
    const there = open();
    say(there, 'before');
    const here = open(now());
    expect(here.reach(there.head, false)).toBe(false);
    const back = leave(here);
    expect(here.hear(say(there, 'two'), now(), true)).toBe('new');
    expect(back(here)).toEqual({ events: ['two'], gap: null });
  });

  it('who moves to another node gets what they missed there, if it has listened all the while', () => {
    const { leave, open, pass, say, now } = stage();
    const [here, there] = [open(now()), open(now())];
    pass(5_000);
    there.hear(say(here, 'heard'), now(), true);
    const back = leave(here);
    pass(2_000);
    say(there, 'missed');
    expect(back(there)).toEqual({ events: ['missed'], gap: null });
  });

  it('[G3] who moves to a node that has just opened the document is told that nobody knows what they missed', () => {
    const { leave, open, pass, say, now } = stage();
    const here = open(now());
    pass(5_000);
    const back = leave(here);
    pass(2_000);
    const there = open(now());
    say(there, 'all that is known');
    expect(back(there)).toEqual({ events: ['all that is known'], gap: 'unknown' });
  });

  it('[G3] who comes back to a node that did not listen meanwhile is told so, and gets what it has', () => {
    const { leave, open, pass, say, now } = stage();
    const log = open(now());
    pass(5_000);
    const back = leave(log);
    say(log, 'known');
    log.cover(Number.POSITIVE_INFINITY);
    pass(2_000);
    log.cover(now());
    expect(back(log)).toEqual({ events: ['known'], gap: 'unknown' });
  });

  it('what is sent again with its key is known, and forgotten with age', () => {
    const { open, pass, say, now } = stage();
    const log = open();
    const { id, time } = say(log, 'order 17', 'order-17');
    expect(log.findKey('order-17')).toEqual({ id, time });
    expect([log.findKey(''), log.findKey('order-18')]).toEqual([null, null]);
    const there = open();
    there.hear({ id, key: 'order-17', time, payload: '' }, now(), true);
    expect(there.findKey('order-17')).toEqual({ id, time });
    pass(60_000);
    log.prune(now());
    expect(log.findKey('order-17')).toBeNull();
  });

  it('[G4] remembers so many keys and streams, and no more', () => {
    const { leave, open, say, now } = stage({ maxEvents: 1 });
    const log = open(now());
    for (let count = 0; count < 1_100; count += 1) say(log, 'x', `key ${count}`);
    expect([log.findKey('key 99'), log.findKey('key 100')]).toEqual([null, expect.anything()]);
    const back = leave(log);
    for (let node = 0; node < 200; node += 1) {
      log.hear({ id: `node${node}.1`, key: '', time: 0, payload: '' }, now(), false);
    }
    expect(log.heads.length).toBeLessThanOrEqual(64);
    expect(back(log).gap).not.toBeNull();
  });

  it('[G3] what it never heard it does not claim to have heard, whichever streams it forgets', () => {
    const { leave, open, pass, now } = stage();
    const log = open(now());
    pass(5_000);
    const back = leave(log);
    pass(5_000);
    log.cover(now() + 1_000);
    pass(1_500);
    for (let node = 0; node < 100; node += 1) log.reach(`node${node}.1`, false);
    expect(log.heads.length).toBeLessThanOrEqual(64);
    expect([back(log).gap, log.wouldKnow(now())]).toEqual(['unknown', false]);
    pass(1_000);
    expect(log.wouldKnow(now())).toBe(true);
  });

  it('[G2] would know by its key what another node takes, only since it hears of it', () => {
    const { open, pass, now } = stage();
    const log = open();
    expect(log.wouldKnow(now())).toBe(true);
    log.cover(Number.POSITIVE_INFINITY);
    pass(5_000);
    expect(log.wouldKnow(now())).toBe(false);
    log.cover(now());
    pass(1_000);
    expect([log.wouldKnow(now() - 1), log.wouldKnow(now())]).toEqual([false, true]);
  });

  it('[G4] keys count as well, and those of a log alone are bounded by what all may hold', () => {
    const { open, say, budget } = stage({}, 5_000);
    const log = open();
    for (let count = 0; count < 100; count += 1) {
      say(log, 'x', `${'k'.repeat(200)} ${count}`);
      expect(budget.bytes).toBeLessThanOrEqual(5_000);
      expect(budget.bytes - log.bytes).toBeGreaterThan(200);
    }
    expect(log.findKey(`${'k'.repeat(200)} 99`)).not.toBeNull();
    log.clear();
    expect(budget.bytes).toBe(0);
  });

  it('what it took within the last moment is told once more to who may have missed it', () => {
    const { open, pass, say, now } = stage();
    const [here, there] = [open(), open()];
    say(here, 'old');
    pass(1_000);
    here.hear(say(there, 'of another'), now(), true);
    const event = say(here, 'young', 'key');
    expect(here.recent(now())).toEqual([event]);
  });

  it('what two nodes took with the same key before they knew of each other is heard once, by who moves between them too', () => {
    const { leave, missed, open, say, now } = stage();
    const [here, there] = [open(), open()];
    const [fromHere, fromThere] = [leave(here), leave(there)];
    const [one, same] = [say(here, 'order 17', 'order-17'), say(there, 'order 17 again', 'order-17')];
    expect([here.hear(same, now(), true), there.hear(one, now(), true)]).toEqual(['known', 'known']);
    expect([here.findKey('order-17')?.id, there.findKey('order-17')?.id]).toEqual([one.id, same.id]);
    expect([fromHere(there), fromThere(here)]).toMatchObject([
      { events: ['order 17 again'] },
      { events: ['order 17'] },
    ]);
    const headOf = (log: EventLog) => log.heads.filter(([stream]) => log.head.startsWith(`${stream}.`));
    const point = (log: EventLog): EventPoint => ({ log: log.name, heads: headOf(log), awayMs: 0 });
    expect([missed(there, point(here)).events, missed(here, point(there)).events]).toEqual([[], []]);
    say(there, 'lost');
    expect(here.hear(say(there, 'again', 'order-17'), now(), true)).toBe('known-after-a-gap');
  });

  it('what another node has taken is known by its key to who has just opened the document', () => {
    const { open, pass, say, now } = stage();
    const [here, there, third] = [open(), open(), open()];
    say(here, 'old', 'order-16');
    pass(60_000);
    const { id, time } = say(here, 'order 17', 'order-17');
    here.hear(say(third, 'of another', 'order-18'), now(), true);
    expect(here.ownKeys(now())).toEqual([{ id, key: 'order-17', time }]);
    there.learnKeys(here.ownKeys(now()), now());
    expect(there.findKey('order-17')).toEqual({ id, time });
    // The event itself may come behind its key.
    expect(there.hear({ id, key: 'order-17', time, payload: 'order 17' }, now(), false)).toBe('new');
    for (let count = 0; count < 1_000; count += 1) say(here, 'x', `${'x'.repeat(1_000)}${count}`);
    expect(JSON.stringify(here.ownKeys(now())).length).toBeLessThan(300 * 1024);
  });

  it('[R14] what concerns nobody here is neither heard nor missed', () => {
    const { leave, open, say, now } = stage();
    const [here, there] = [open(), open()];
    here.hear(say(there, 'one'), now(), true);
    const back = leave(here);
    here.pass(say(there, 'of another life').id);
    here.pass('something else');
    expect(here.reach(there.head, true)).toBe(false);
    expect(back(here)).toEqual({ events: [], gap: null });
  });

  it('what is no id of this version is passed over', () => {
    const { open, now } = stage();
    expect(open().hear({ id: 'something else', key: '', time: 0, payload: '' }, now(), true)).toBe('known');
    expect(open().reach('something else', true)).toBe(false);
  });

  it('[G2] whoever comes and goes, and whatever is lost between nodes, everybody hears every event once or is told of a gap', () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 5, arbitrary: fc.record({ does: fc.constant('say' as const), node: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('lose' as const), node: fc.nat(1) }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant('leave' as const), node: fc.nat(1) }) },
      { weight: 3, arbitrary: fc.record({ does: fc.constant('return' as const), node: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), node: fc.nat(30) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { open, pass, missed, now } = stage({ maxEvents: 5 });
        const logs = [open(now()), open(now())];
        pass(10_000); // both have listened for longer than two lines may differ
        const person = {
          node: 0 as number | null,
          heads: new Map(logs[0]?.heads),
          name: logs[0]?.name ?? '',
          since: 0,
        };
        const heard = new Set<string>();
        let said = 0;
        let isTold = false;
        let unnoticed = 0;
        const listen = (id: string): void => {
          const [stream = '', number] = id.split('.');
          expect(heard.has(id)).toBe(false);
          heard.add(id);
          person.heads.set(stream, Number(number));
        };
        for (const { does, node } of steps) {
          const [log, other] = [logs[node % 2] as EventLog, logs[(node + 1) % 2] as EventLog];
          switch (does) {
            case 'say':
            case 'lose': {
              const event = log.add('', now(), now(), (id) => id);
              said += 1;
              if (person.node === node % 2) listen(event.id);
              if (does === 'lose') break;
              if (other.hear(event, now(), true) === 'after-a-gap' && person.node === (node + 1) % 2) isTold = true;
              if (person.node === (node + 1) % 2) listen(event.id);
              break;
            }
            case 'leave':
              if (person.node === null) break;
              person.node = null;
              person.since = now();
              break;
            case 'return': {
              if (person.node !== null) break;
              // What nodes ask each other when something may have got lost.
              for (const [here, there] of [logs, logs.toReversed()]) if (here && there) here.reach(there.head, true);
              const { events, gap } = missed(log, {
                log: person.name,
                heads: [...person.heads],
                awayMs: now() - person.since,
              });
              for (const id of events) listen(id);
              if (gap !== null) isTold = true;
              for (const [stream, last] of log.heads) {
                person.heads.set(stream, Math.max(last, person.heads.get(stream) ?? 0));
              }
              person.node = node % 2;
              person.name = log.name;
              break;
            }
            case 'wait':
              pass(node * 1_000);
              unnoticed += node;
              if (unnoticed < 9) break;
              unnoticed = 0;
              // By then each has noticed what it missed.
              for (const [at, here] of logs.entries()) {
                if (here.reach(logs[1 - at]?.head ?? '', true) && person.node === at) isTold = true;
              }
              break;
            default:
              does satisfies never;
          }
        }
        if (person.node === null) return;
        const here = logs[person.node];
        const there = logs[1 - person.node];
        if (here && there && here.reach(there.head, true)) isTold = true;
        expect(heard.size === said || isTold).toBe(true);
      }),
      { numRuns: 2000, examples: FOUND },
    );
  });
});
