// @vitest-environment happy-dom
import { afterEach, beforeAll, expect, test } from 'vitest';
import { h } from '../base/h.ts';
import { define } from '../base/quire-element.ts';
import { QuirePresence } from './quire-presence.ts';

/** Nobody listens there: a room is a room before there is a connection. */
const SERVER = 'ws://127.0.0.1:9/collab';

beforeAll(() => {
  define(QuirePresence);
});
afterEach(async () => {
  document.body.replaceChildren();
  await turn();
});

/** What elements put off is done by then. */
async function turn(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

test('who is here is told when it is another, or called otherwise, and not with every move of a caret', async () => {
  const element = h('quire-presence' as 'div', { server: SERVER, document: 'plan', name: 'Ada', color: '#7c3aed' });
  const heard: unknown[] = [];
  element.addEventListener('quire-presence', ({ detail }) => heard.push(detail.people[0]));
  document.body.append(element);
  await turn();
  expect(heard).toMatchObject([{ name: 'Ada', color: '#7c3aed', isMe: true }]);

  const { room } = element as unknown as QuirePresence;
  let changes = 0;
  room?.presence.people.subscribe(() => {
    changes += 1;
  });
  for (const at of [1, 2, 3]) room?.awareness.setLocalStateField('cursor', { anchor: at, head: at });
  await turn();
  element.setAttribute('max', '3');
  expect(changes).toBeGreaterThan(0);
  expect(heard).toHaveLength(1);

  element.setAttribute('name', 'Ada Lovelace');
  await turn();
  element.setAttribute('color', '#0b6b58');
  await turn();
  expect(heard).toMatchObject([{}, { name: 'Ada Lovelace' }, { color: '#0b6b58' }]);

  element.setAttribute('document', 'notes');
  await turn();
  expect(heard).toHaveLength(4);
});
