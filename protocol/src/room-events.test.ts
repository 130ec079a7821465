import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEventName } from './event-name.ts';
import {
  EVENT_MESSAGE_START,
  type EventNotice,
  type EventRequest,
  MAX_EVENT_STREAMS,
  nameEvent,
  parseEventId,
  peekEventRef,
  readEventNotice,
  readEventRequest,
  type WireEvent,
  writeEvent,
  writeEventAnswer,
  writeEventRequest,
  writeListening,
} from './room-events.ts';

const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
const text = fc.string({ maxLength: 20 });
const name = fc.string({ minLength: 1, maxLength: 64 }).filter(isEventName);
const count = fc.nat();
const ref = fc.stringMatching(/^[\w-]{1,64}$/);
const heads = fc.array(fc.tuple(fc.string({ maxLength: 32 }), count), { maxLength: 5 });
const gap = fc.constantFrom('lost' as const, 'unknown' as const, null);
const event: fc.Arbitrary<WireEvent> = fc.record({
  id: text,
  name,
  data: json,
  from: fc.record({ id: text, name: text, clientId: fc.option(count) }),
  time: count,
});
const request: fc.Arbitrary<EventRequest> = fc.oneof(
  fc.record(
    { kind: fc.constant('send' as const), ref, name, data: json, clientId: fc.option(count), saidMs: count },
    { requiredKeys: ['kind', 'ref', 'name', 'data', 'clientId'] },
  ),
  fc.record({
    kind: fc.constant('listen' as const),
    after: fc.option(fc.record({ log: fc.string({ maxLength: 32 }), heads, awayMs: count })),
  }),
);
const answer = fc.oneof(
  fc.record({ kind: fc.constant('taken' as const), ref, id: text, time: count }),
  fc.record({
    kind: fc.constant('refused' as const),
    ref: fc.option(ref),
    code: fc.constantFrom('forbidden' as const, 'too-many-events' as const),
    detail: text,
  }),
  fc.record({ kind: fc.constant('gap' as const), gap: fc.constantFrom('lost' as const, 'unknown' as const) }),
);

const write = ({ data, ...rest }: WireEvent): string => writeEvent({ ...rest, data: JSON.stringify(data) });

describe('messages about events', () => {
  it('requests are read as they were written, and begin as every message of them does', () => {
    fc.assert(
      fc.property(request, (each) => {
        const written = writeEventRequest(each);
        expect(written.startsWith(EVENT_MESSAGE_START)).toBe(true);
        expect(readEventRequest(written)).toEqual(each);
      }),
    );
  });

  it('so are events, with whatever is in them, and answers', () => {
    fc.assert(
      fc.property(event, answer, (said, answered) => {
        const written = write(said);
        expect(written.startsWith(EVENT_MESSAGE_START)).toBe(true);
        expect(readEventNotice(written)).toEqual({ kind: 'event', event: said });
        expect(readEventNotice(writeEventAnswer(answered))).toEqual(answered);
      }),
    );
  });

  it('so is what somebody missed', () => {
    fc.assert(
      fc.property(text, heads, gap, fc.array(event, { maxLength: 3 }), (log, known, missing, events) => {
        const written = writeListening({ log, heads: known, gap: missing, events: events.map(write) });
        expect(readEventNotice(written)).toEqual({ kind: 'listening', log, heads: known, gap: missing, events });
      }),
    );
  });

  it('[G4] anything else is bad, and says so without throwing', () => {
    const { ref: _ref, ...without } = { ref: '', type: 'quire.event.send', name: 'wave' };
    const tooMany = Array.from({ length: MAX_EVENT_STREAMS + 1 }, (_, index) => [String(index), 1]);
    const bad: readonly unknown[] = [
      'quire.event',
      [],
      {},
      { type: 'quire.event' },
      without,
      { ...without, ref: 'two words' },
      { ...without, ref: 'a', name: '' },
      { ...without, ref: 'a', name: 'x'.repeat(65) },
      { ...without, ref: 'a', name: 'a\u0000' },
      { ...without, ref: 'a', clientId: -1 },
      { ...without, ref: 'a', saidMs: -1 },
      { ...without, ref: 'a', saidMs: 'long' },
      { type: 'quire.event.listen', after: {} },
      { type: 'quire.event.listen', after: { log: 'a', awayMs: -1, heads: [] } },
      { type: 'quire.event.listen', after: { log: 'a', awayMs: 1, heads: [['a', 1.5]] } },
      { type: 'quire.event.listen', after: { log: 'a', awayMs: 1, heads: tooMany } },
    ];
    for (const each of bad) expect(readEventRequest(JSON.stringify(each))).toMatchObject({ kind: 'bad' });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          json.map((value) => JSON.stringify(value)),
        ),
        (noise) => {
          expect(readEventRequest(noise).kind).toBe('bad');
          expect(readEventNotice(noise)).toBeNull();
        },
      ),
    );
  });

  it('what a later server says is passed over', () => {
    const later: readonly unknown[] = [
      { type: 'quire.event.later' },
      { type: 'quire.event' },
      { type: 'quire.event', id: 'a.1', name: 'wave', time: 1, from: null },
      { type: 'quire.event.taken', ref: 1 },
      { type: 'quire.event.listening', log: 'a', heads: [], events: {} },
    ];
    for (const each of later) expect(readEventNotice(JSON.stringify(each))).toBeNull();
    const listening = { type: 'quire.event.listening', log: 'a', heads: [], events: [{ id: 'a.1' }], gap: 'other' };
    expect(readEventNotice(JSON.stringify(listening))).toEqual({
      kind: 'listening',
      log: 'a',
      heads: [],
      events: [],
      gap: null,
    } satisfies EventNotice);
  });

  it('data that nobody gave is null', () => {
    expect(readEventRequest('{"type":"quire.event.send","ref":"a","name":"wave"}')).toMatchObject({ data: null });
  });

  it('the reference is found in a message that is too long to be read', () => {
    const payload = writeEventRequest({ kind: 'send', ref: 'a-1', name: 'wave', data: 'x'.repeat(1_000), clientId: 1 });
    expect(peekEventRef(payload)).toBe('a-1');
    expect(peekEventRef('{"type":"quire.event.send","name":"wave","ref":"a-1"}')).toBeNull();
  });
});

describe('the id of an event', () => {
  it('names its stream and its number in there', () => {
    expect(parseEventId(nameEvent('a_b-c', 17))).toEqual({ stream: 'a_b-c', number: 17 });
    for (const other of ['', '.', 'a', 'a.', '.1', 'a.0', 'a.-1', 'a.1.5', `${'x'.repeat(33)}.1`, 'a.x']) {
      expect([other, parseEventId(other)]).toEqual([other, other === 'a.1.5' ? { stream: 'a.1', number: 5 } : null]);
    }
  });
});
