// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { h } from '../base/h.ts';
import { define } from '../base/quire-element.ts';
import { noticesKey } from './notice-store.ts';
import { QuireNotifications } from './quire-notifications.ts';

/** Nobody listens there: what a device remembers is had without a connection. */
const SERVER = 'ws://127.0.0.1:9/collab';

function keyOf(person: string): string {
  return `${noticesKey({ server: SERVER, document: 'plan', person })} notification`;
}

function remember(person: string, ...titles: readonly string[]): void {
  const notices = titles.map((title, at) => ({ id: title, title, at, isRead: false }));
  localStorage.setItem(keyOf(person), JSON.stringify(notices));
}

async function listOf(person: string): Promise<QuireNotifications> {
  const element = h('quire-notifications' as 'div', { server: SERVER, document: 'plan', person });
  document.body.append(element);
  await turn();
  return element as unknown as QuireNotifications;
}

function titlesIn({ notices }: QuireNotifications): readonly string[] {
  return notices.map(({ title }) => title);
}

/** What elements put off, and what is asked of the device, is done by then. */
async function turn(): Promise<void> {
  for (let step = 0; step < 8; step += 1) await Promise.resolve();
}

beforeAll(() => define(QuireNotifications));
beforeEach(() => localStorage.clear());
afterEach(async () => {
  document.body.replaceChildren();
  document.querySelector('base')?.remove();
  await turn();
});

test('a list that becomes another person’s has nothing of the one before, and what is unread is theirs', async () => {
  remember('ada', 'Order 17', 'Order 18');
  const list = await listOf('ada');
  expect(titlesIn(list)).toEqual(['Order 18', 'Order 17']);
  expect(list.getAttribute('unread')).toBe('2');
  const counts: number[] = [];
  list.addEventListener('quire-unread', ({ detail }) => counts.push(detail.count));

  list.setAttribute('person', 'ben');
  await turn();
  expect(titlesIn(list)).toEqual([]);
  expect(list.hasAttribute('unread')).toBe(false);
  expect(counts).toEqual([0]);
  expect(JSON.parse(localStorage.getItem(keyOf('ben')) ?? '[]')).toEqual([]);

  list.setAttribute('person', 'ada');
  await turn();
  expect(titlesIn(list)).toEqual(['Order 18', 'Order 17']);
  expect(counts).toEqual([0, 2]);
});

test('an address within the site is one from where the page says it is, also in a frame without an address of its own', async () => {
  document.head.append(h('base', { href: 'https://shop.example/orders/' }));
  const notice = { id: 'a', title: 'Order 17', at: 1, href: '17' };
  localStorage.setItem(keyOf('ada'), JSON.stringify([notice]));
  expect((await listOf('ada')).notices).toMatchObject([{ href: 'https://shop.example/orders/17' }]);
});
