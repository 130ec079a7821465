import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begin,
  type Conversation,
  discard,
  type Entry,
  hear,
  MAX_ENTRIES,
  noteFailed,
  noteGap,
  noteSent,
  nothingSaid,
  retry,
} from './conversation.ts';

const me = { id: 'u1', name: 'Mara', clientId: 1 };
const tomas = { id: 'u2', name: 'Tomas', clientId: 2 };

function say(entry: Entry): string {
  return entry.kind === 'gap' ? `(${entry.gap})` : `${entry.author.name}: ${entry.text} [${entry.delivery.state}]`;
}

function log({ entries }: Conversation): string[] {
  return entries.map(say);
}

function write(conversation: Conversation, ref: string, text = ref): Conversation {
  return begin(conversation, { ref, text, author: me, at: 1 });
}

function hearOf(conversation: Conversation, id: string, text = id): Conversation {
  return hear(conversation, { id, ref: null, author: tomas, text, at: 2, isMine: false });
}

describe('a conversation', () => {
  it('shows a message as sent only once the server took it', () => {
    const written = write(nothingSaid, 'r1', 'Hello');
    expect(log(written)).toEqual(['Mara: Hello [sending]']);
    const sent = noteSent(written, 'r1', { id: 'a.1', at: 5 });
    expect(log(sent)).toEqual(['Mara: Hello [sent]']);
    expect(sent.entries[0]).toMatchObject({ key: 'r1', id: 'a.1', at: 5 });
  });

  it('has a message once, whether it is heard or answered first', () => {
    const written = write(nothingSaid, 'r1', 'Hello');
    const own = { id: 'a.1', ref: 'r1', author: me, text: 'Hello', at: 5, isMine: true };
    const heardFirst = noteSent(hear(written, own), 'r1', { id: 'a.1', at: 5 });
    const answeredFirst = hear(noteSent(written, 'r1', { id: 'a.1', at: 5 }), own);
    expect(heardFirst.entries).toEqual(answeredFirst.entries);
    expect(log(heardFirst)).toEqual(['Mara: Hello [sent]']);
  });

  it('keeps what is not sent below what others say meanwhile, and orders it as everybody heard it', () => {
    const both = hearOf(write(nothingSaid, 'r1'), 'a.1');
    expect(log(both)).toEqual(['Tomas: a.1 [sent]', 'Mara: r1 [sending]']);
    const heard = hear(both, { id: 'a.2', ref: 'r1', author: me, text: 'r1', at: 5, isMine: true });
    expect(log(hearOf(heard, 'a.3'))).toEqual(['Tomas: a.1 [sent]', 'Mara: r1 [sent]', 'Tomas: a.3 [sent]']);
  });

  it('keeps what failed until it is sent again or thrown away', () => {
    const failed = noteFailed(write(nothingSaid, 'r1'), 'r1', { reason: 'You may only read here.', canRetry: false });
    expect(log(failed)).toEqual(['Mara: r1 [failed]']);
    expect(log(retry(failed, 'r1'))).toEqual(['Mara: r1 [sending]']);
    expect(log(discard(failed, 'r1'))).toEqual([]);
  });

  it('what was sent neither fails nor is thrown away', () => {
    const sent = noteSent(write(nothingSaid, 'r1'), 'r1', { id: 'a.1', at: 5 });
    expect(noteFailed(sent, 'r1', { reason: '', canRetry: true })).toBe(sent);
    expect(discard(sent, 'r1')).toBe(sent);
    expect(discard(write(nothingSaid, 'r1'), 'r1').entries).toHaveLength(1);
  });

  it('nobody changes a message of mine by calling theirs as I called it', () => {
    const written = write(nothingSaid, 'r1', 'Mine');
    const posing = hear(written, { id: 'a.1', ref: 'r1', author: tomas, text: 'Not mine', at: 2, isMine: false });
    expect(log(posing)).toEqual(['Tomas: Not mine [sent]', 'Mara: Mine [sending]']);
  });

  it('says where messages are missing, once for each place, and the worse of two reasons', () => {
    const once = noteGap(hearOf(nothingSaid, 'a.1'), 'unknown');
    expect(noteGap(once, 'unknown')).toBe(once);
    const worse = noteGap(once, 'lost');
    expect(log(noteGap(worse, 'unknown'))).toEqual(['Tomas: a.1 [sent]', '(lost)']);
    const twice = noteGap(hearOf(worse, 'b.1'), 'lost');
    expect(log(twice)).toEqual(['Tomas: a.1 [sent]', '(lost)', 'Tomas: b.1 [sent]', '(lost)']);
    expect(new Set(twice.entries.map(({ key }) => key)).size).toBe(4);
  });

  it('[G4] never holds more than its bound, and says that it was cut', () => {
    let conversation = nothingSaid;
    for (let at = 0; at < MAX_ENTRIES; at += 1) conversation = hearOf(conversation, `a.${at}`);
    expect(conversation.isCut).toBe(false);
    conversation = hearOf(conversation, 'last');
    expect(conversation.entries).toHaveLength(MAX_ENTRIES);
    expect(conversation.isCut).toBe(true);
    expect(log(conversation).at(-1)).toBe('Tomas: last [sent]');
  });

  it('whatever happens, keys are unique and what is not sent comes last', () => {
    const ref = fc.constantFrom('r1', 'r2', 'r3');
    const id = fc.constantFrom('a.1', 'a.2', 'a.3', 'a.4');
    const step: fc.Arbitrary<(conversation: Conversation) => Conversation> = fc.oneof(
      id.map((each) => (conversation: Conversation) => hearOf(conversation, each)),
      fc.tuple(id, ref).map(
        ([of, as]) =>
          (conversation: Conversation) =>
            hear(conversation, { id: of, ref: as, author: me, text: as, at: 3, isMine: true }),
      ),
      ref.map(
        (each) => (conversation: Conversation) =>
          conversation.entries.some(({ key }) => key === each) ? conversation : write(conversation, each),
      ),
      fc.tuple(ref, id).map(
        ([each, as]) =>
          (conversation: Conversation) =>
            noteSent(conversation, each, { id: as, at: 4 }),
      ),
      ref.map(
        (each) => (conversation: Conversation) => noteFailed(conversation, each, { reason: 'no', canRetry: true }),
      ),
      ref.map((each) => (conversation: Conversation) => retry(conversation, each)),
      ref.map((each) => (conversation: Conversation) => discard(conversation, each)),
      fc
        .constantFrom('lost' as const, 'unknown' as const)
        .map((gap) => (conversation: Conversation) => noteGap(conversation, gap)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { entries } = steps.reduce((conversation, take) => take(conversation), nothingSaid);
        expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
        const waiting = entries.map((entry) => entry.kind === 'message' && entry.id === null);
        expect(waiting).toEqual([...waiting].sort((one, other) => Number(one) - Number(other)));
        for (const entry of entries) {
          if (entry.kind === 'message') expect(entry.delivery.state === 'sent').toBe(entry.id !== null);
        }
      }),
    );
  });
});
