import { MAX_EVENT_STREAMS, type WireEvent } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { beginListening, type EventStream, hearEvent, nothingHeard, pointOf } from './event-stream.ts';

const event = (id: string): WireEvent => ({
  id,
  name: 'chat',
  data: id,
  from: { id: '', name: '', clientId: null },
  time: 1,
});

const begin = (
  stream: EventStream,
  log: string,
  heads: readonly (readonly [string, number])[],
  ids: readonly string[] = [],
) => beginListening(stream, { kind: 'listening', log, heads, events: ids.map(event), gap: null });

describe('how far a room’s events were heard', () => {
  it('is nothing to come back to before the server has listened', () => {
    expect(pointOf(nothingHeard, 5_000)).toBeNull();
    const { stream } = begin(nothingHeard, 'log', [['a', 0]]);
    expect(pointOf(stream, 5_000)).toEqual({ log: 'log', heads: [['a', 0]], awayMs: 5_000 });
    expect(pointOf(stream, -1)?.awayMs).toBe(0);
  });

  it('moves on with every event, and an event is heard once', () => {
    let { stream } = begin(nothingHeard, 'log', [['a', 3]]);
    expect(hearEvent(stream, event('a.3'))).toBeNull();
    for (const id of ['a.4', 'b.1', 'a.5']) stream = hearEvent(stream, event(id)) ?? nothingHeard;
    expect(pointOf(stream, 0)?.heads).toEqual([
      ['b', 1],
      ['a', 5],
    ]);
    expect(hearEvent(stream, event('b.1'))).toBeNull();
  });

  it('what was missed comes without what was heard, and in order', () => {
    const { stream } = begin(nothingHeard, 'log', [['a', 3]]);
    const back = begin(stream, 'log', [['a', 6]], ['a.3', 'a.4', 'b.1', 'a.5', 'a.4', 'a.6']);
    expect(back.missed.map(({ id }) => id)).toEqual(['a.4', 'b.1', 'a.5', 'a.6']);
    expect(hearEvent(back.stream, event('a.6'))).toBeNull();
  });

  it('on another node goes on from what that one has, and from what was heard before', () => {
    const { stream } = begin(nothingHeard, 'one', [
      ['a', 3],
      ['b', 7],
    ]);
    const { stream: moved } = begin(stream, 'two', [
      ['b', 5],
      ['c', 2],
    ]);
    expect(moved.log).toBe('two');
    expect(new Map(moved.heads)).toEqual(
      new Map([
        ['a', 3],
        ['b', 7],
        ['c', 2],
      ]),
    );
  });

  it('[G4] is known of so many nodes, and of no more; who was silent for longest is forgotten', () => {
    let { stream } = begin(nothingHeard, 'log', [['first', 1]]);
    for (let node = 0; node < 2 * MAX_EVENT_STREAMS; node += 1)
      stream = hearEvent(stream, event(`n${node}.1`)) ?? stream;
    expect(stream.heads.size).toBe(MAX_EVENT_STREAMS);
    expect(stream.heads.has('first')).toBe(false);
    expect(stream.heads.has(`n${2 * MAX_EVENT_STREAMS - 1}`)).toBe(true);
  });

  it('what has an id of a later version is passed over', () => {
    expect(hearEvent(nothingHeard, event('no id'))).toBeNull();
  });
});
