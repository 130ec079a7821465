import { type Client, connect, type Room } from '@quire/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { type Typing, watchTyping } from './typing.ts';

const CHANNELS = ['chat', 'kitchen'] as const;
const LONGER_THAN_IT_LASTS_MS = 5_000;

let clients: readonly Client[];
let ada: Room;
/** Whom Ben sees typing, by channel. */
let typists: Record<string, readonly string[]>;
let adas: Record<(typeof CHANNELS)[number], Typing>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // Nobody listens there: what Ada says reaches Ben by the hand of this test.
  clients = [1, 2].map(() => connect({ url: 'ws://127.0.0.1:9/collab', offline: false }));
  const [hers, his] = clients.map((client) => client.open('plan')) as [Room, Room];
  ada = hers;
  const { awareness } = ada;
  awareness.on('update', () =>
    applyAwarenessUpdate(his.awareness, encodeAwarenessUpdate(awareness, [awareness.clientID]), 'ada'),
  );
  ada.presence.setPerson({ name: 'Ada', color: '#7c3aed' });
  typists = {};
  for (const channel of CHANNELS) {
    watchTyping(his.presence, channel, (names) => {
      typists[channel] = names;
    });
  }
  const watch = (channel: string) => watchTyping(ada.presence, channel, () => {});
  adas = { chat: watch('chat'), kitchen: watch('kitchen') };
});
afterEach(() => {
  for (const typing of Object.values(adas)) typing.close();
  for (const client of clients) client.close();
  vi.useRealTimers();
});

test('who types in two channels of a page is seen in both, and who stops in one still types in the other', () => {
  adas.chat.noteInput('Shall we');
  expect(typists).toEqual({ chat: ['Ada'], kitchen: [] });
  adas.kitchen.noteInput('Soup');
  expect(typists).toEqual({ chat: ['Ada'], kitchen: ['Ada'] });
  adas.kitchen.noteInput('');
  expect(typists).toEqual({ chat: ['Ada'], kitchen: [] });
  adas.kitchen.noteInput('Soup');
  adas.chat.close();
  expect(typists).toEqual({ chat: [], kitchen: ['Ada'] });
});

test('who rests has stopped, each time', () => {
  for (let time = 0; time < 2; time += 1) {
    adas.chat.noteInput('Shall we');
    expect(typists.chat).toEqual(['Ada']);
    vi.advanceTimersByTime(LONGER_THAN_IT_LASTS_MS);
    expect(typists.chat).toEqual([]);
  }
});

test('what a page says of the whole room, as React’s hook does, is in no channel, and stays when somebody stops in one', () => {
  ada.presence.update({ typing: true });
  adas.chat.noteInput('Shall we');
  expect(typists).toEqual({ chat: ['Ada'], kitchen: [] });
  adas.chat.noteInput('');
  expect(typists).toEqual({ chat: [], kitchen: [] });
  expect(ada.presence.mine.get().typing).toBe(true);
});

test('pages of before, which said one channel, are still seen, and what is no list of channels is none', () => {
  ada.presence.update({ typing: 'kitchen' });
  for (const odd of ['chat', { chat: true }, [['chat'], 7, null]]) {
    ada.presence.update({ typingIn: odd });
    expect(typists).toEqual({ chat: [], kitchen: ['Ada'] });
  }
});

test('[G7] who has left is not brought back by what they last typed', () => {
  adas.chat.noteInput('Shall we');
  ada.awareness.setLocalState(null);
  vi.advanceTimersByTime(LONGER_THAN_IT_LASTS_MS);
  adas.chat.noteInput('Shall we start');
  expect(ada.awareness.getLocalState()).toBeNull();
});
