import type { Person } from '@quire/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { type Typing, watchTyping } from './typing.ts';

const CHANNELS = ['chat', 'kitchen'] as const;

let ada: Awareness;
let ben: Awareness;
/** Whom Ben sees typing, by channel. */
let typists: Record<string, readonly string[]>;
let adas: Record<(typeof CHANNELS)[number], Typing>;

function roomOf(awareness: Awareness): Parameters<typeof watchTyping>[0] {
  const person: Person = { clientId: ada.clientID, name: 'Ada', color: '#7c3aed', isMe: false, cursorActiveAt: null };
  return { awareness, people: { get: () => [person], subscribe: () => () => {} } };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [ada, ben] = [new Awareness(new Doc()), new Awareness(new Doc())];
  ada.on('update', () => applyAwarenessUpdate(ben, encodeAwarenessUpdate(ada, [ada.clientID]), 'ada'));
  typists = {};
  for (const channel of CHANNELS) {
    watchTyping(roomOf(ben), channel, (names) => {
      typists[channel] = names;
    });
  }
  const watch = (channel: string) => watchTyping(roomOf(ada), channel, () => {});
  adas = { chat: watch('chat'), kitchen: watch('kitchen') };
});
afterEach(() => {
  for (const typing of Object.values(adas)) typing.close();
  ada.destroy();
  ben.destroy();
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
    vi.runAllTimers();
    expect(typists.chat).toEqual([]);
  }
});

test('what a page says of the whole room, as React’s hook does, is in no channel, and stays when somebody stops in one', () => {
  ada.setLocalStateField('typing', true);
  adas.chat.noteInput('Shall we');
  expect(typists).toEqual({ chat: ['Ada'], kitchen: [] });
  adas.chat.noteInput('');
  expect(typists).toEqual({ chat: [], kitchen: [] });
  expect(ada.getLocalState()?.typing).toBe(true);
});

test('pages of before, which said one channel, are still seen, and what is no list of channels is none', () => {
  ada.setLocalStateField('typing', 'kitchen');
  for (const odd of ['chat', { chat: true }, [['chat'], 7, null]]) {
    ada.setLocalStateField('typingIn', odd);
    expect(typists).toEqual({ chat: [], kitchen: ['Ada'] });
  }
});

test('[G7] who has left is not brought back by what they last typed', () => {
  adas.chat.noteInput('Shall we');
  ada.setLocalState(null);
  vi.runAllTimers();
  adas.chat.noteInput('Shall we start');
  expect(ada.getLocalState()).toBeNull();
});
