// @vitest-environment happy-dom

import { QuireError } from '@quire/client';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Doc } from 'yjs';
import { QuireRoom } from '../room/quire-room.ts';
import { h } from './h.ts';
import type { Held } from './held.ts';
import { define, QuireElement } from './quire-element.ts';
import type { Settings } from './settings.ts';

/** Nobody listens there: a room is a room before there is a connection. */
const SERVER = 'ws://127.0.0.1:9/collab';

class QuireProbe extends QuireElement {
  static override readonly tag = 'quire-probe';
  static override readonly words = { greeting: 'Hello {name}' };
  readonly log: string[] = [];

  protected override show({ room, root, signal }: Held): () => void {
    this.log.push(`show ${room.name}`);
    root.append(h('p', {}, this.word('greeting', { name: 'Ada' })));
    signal.addEventListener('abort', () => this.log.push('abort'), { once: true });
    return () => this.log.push(`hide ${room.name}`);
  }

  get text(): string {
    return this.shadowRoot?.querySelector('p')?.textContent ?? '';
  }

  get doc(): Doc | null {
    return this.room?.doc ?? null;
  }

  get settingsNow(): Settings {
    return this.settings;
  }
}

/** What elements put off is done by then. */
async function turn(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

function probe(attributes: Readonly<Record<string, string>> = {}): QuireProbe {
  return h('quire-probe' as 'div', attributes) as unknown as QuireProbe;
}

function roomOf(document: string, ...children: readonly Node[]): HTMLElement {
  return h('quire-room' as 'div', { server: SERVER, document }, ...children);
}

function hear(element: EventTarget, type: string): unknown[] {
  const heard: unknown[] = [];
  element.addEventListener(type, (event) => heard.push((event as CustomEvent).detail));
  return heard;
}

beforeAll(() => {
  define(QuireRoom);
  define(QuireProbe);
});
beforeEach(() => {
  document.body.replaceChildren();
});
afterEach(async () => {
  document.body.replaceChildren();
  await turn();
});

test('an element that knows its document holds a room, and lets go of it when it leaves the page', async () => {
  const element = probe({ server: SERVER, document: 'plan' });
  expect(element.room).toBeNull();
  document.body.append(element);
  await turn();
  expect(element.room?.name).toBe('plan');
  expect(element.getAttribute('status')).toBe('connecting');
  expect(element.text).toBe('Hello Ada');
  element.remove();
  await turn();
  expect(element.room).toBeNull();
  expect(element.hasAttribute('status')).toBe(false);
  expect(element.text).toBe('');
  expect(element.log).toEqual(['show plan', 'abort', 'hide plan']);
});

test('an element that is moved keeps its room', async () => {
  const [from, to] = [h('section'), h('section')];
  const element = probe({ server: SERVER, document: 'plan' });
  document.body.append(from, to);
  from.append(element);
  await turn();
  const before = element.room;
  to.append(element);
  await turn();
  expect(element.room).toBe(before);
  expect(element.log).toEqual(['show plan']);
});

test('what an element does not say it has from the nearest room, across shadow roots', async () => {
  const host = h('div');
  const inner = probe();
  host.attachShadow({ mode: 'open' }).append(inner);
  const own = probe({ document: 'own' });
  document.body.append(roomOf('outer', own, roomOf('inner', host)));
  await turn();
  expect(inner.room?.name).toBe('inner');
  expect(own.room?.name).toBe('own');
});

test('elements that show the same document share one room', async () => {
  const [one, other] = [probe(), probe()];
  document.body.append(roomOf('plan', one), roomOf('plan', other));
  await turn();
  expect(one.doc).not.toBeNull();
  expect(other.doc).toBe(one.doc);
});

test('a room that comes later, or goes, or changes, is followed', async () => {
  const element = probe();
  const room = roomOf('plan');
  document.body.append(element);
  await turn();
  expect(element.room).toBeNull();
  room.append(element);
  document.body.append(room);
  await turn();
  expect(element.room?.name).toBe('plan');
  room.setAttribute('document', 'notes');
  await turn();
  await turn();
  expect(element.room?.name).toBe('notes');
  document.body.append(element);
  await turn();
  expect(element.room).toBeNull();
});

test('what a page set before the class was known is not lost', async () => {
  const early = document.createElement('quire-early');
  Object.assign(early, { server: SERVER, document: 'plan', strings: { greeting: 'Salut' } });
  document.body.append(early);
  class QuireEarly extends QuireProbe {
    static override readonly tag: 'quire-probe' = 'quire-early' as 'quire-probe';
  }
  define(QuireEarly);
  await turn();
  expect((early as unknown as QuireProbe).room?.name).toBe('plan');
  expect(early.getAttribute('document')).toBe('plan');
  expect((early as unknown as QuireProbe).text).toBe('Salut');
});

test('other words are shown at once, and what was shown before is gone', async () => {
  const element = probe({ server: SERVER, document: 'plan' });
  document.body.append(element);
  await turn();
  element.strings = { greeting: 'Hallo {name}', 'status-connecting': 'Verbinden' };
  await turn();
  expect(element.shadowRoot?.querySelectorAll('p')).toHaveLength(1);
  expect(element.text).toBe('Hallo Ada');
  expect(element.shadowRoot?.querySelector('[role=status]')?.textContent).toBe('Verbinden');
});

test('how the room goes is told to the page, the styles and people, who can do without the line', async () => {
  const element = probe({ server: SERVER, document: 'plan' });
  const heard = hear(document.body, 'quire-status');
  document.body.append(element);
  await turn();
  expect(heard).toEqual([{ state: 'connecting', label: 'Connecting…' }]);
  const line = element.shadowRoot?.querySelector<HTMLElement>('[part=status]');
  expect(line?.textContent).toBe('Connecting…');
  element.setAttribute('no-status', '');
  expect(line?.hidden).toBe(true);
});

test.each([
  ['a document that can have no such name', { server: SERVER, document: 'a//../b\u0000' }, 'bad-document-name'],
  ['a server that has no such address', { server: 'nowhere', document: 'plan' }, 'bad-address'],
])('%s is told once, and is no longer when it is put right', async (_what, attributes, code) => {
  const element = probe(attributes);
  const heard = hear(element, 'quire-error');
  document.body.append(element);
  await turn();
  element.setAttribute('color', '#7c3aed');
  await turn();
  expect(heard).toMatchObject([{ code }]);
  expect(element.getAttribute('status')).toBe('error');
  for (const [name, value] of Object.entries({ server: SERVER, document: 'plan' })) element.setAttribute(name, value);
  await turn();
  expect(element.room?.name).toBe('plan');
  expect(element.getAttribute('status')).toBe('connecting');
});

test('the elements of a page are one person in a document: whoever says who this is says it for all', async () => {
  const nameless = probe();
  document.body.append(roomOf('people', nameless));
  await turn();
  const me = () => nameless.room?.presence.people.get()[0];
  expect(me()).toMatchObject({ name: 'Guest', isMe: true });
  const named = probe({ server: SERVER, document: 'people', name: 'Ada', color: '#7c3aed' });
  document.body.append(named);
  await turn();
  expect(me()).toMatchObject({ name: 'Ada', color: '#7c3aed' });
  named.setAttribute('name', 'Ada Lovelace');
  await turn();
  expect(me()).toMatchObject({ name: 'Ada Lovelace', color: '#7c3aed' });
});

test('another function in `getToken` is the newest to ask, and no other room; without one there is another', async () => {
  const element = probe({ server: SERVER, document: 'plan' });
  const asked: string[] = [];
  const sourceOf = (token: string) => async () => {
    asked.push(token);
    return token;
  };
  element.getToken = sourceOf('first');
  const inner = probe({ document: 'notes' });
  const outer = roomOf('outer', inner) as QuireRoom;
  outer.getToken = sourceOf('outer');
  document.body.append(element, outer);
  await turn();
  const before = [element.room, inner.room];
  element.getToken = sourceOf('second');
  outer.getToken = sourceOf('newest');
  await turn();
  await turn();
  expect(element.room).toBe(before[0]);
  expect(inner.room).toBe(before[1]);
  expect(element.log).toEqual(['show plan']);
  expect(inner.log).toEqual(['show notes']);
  asked.length = 0;
  const request = { signal: new AbortController().signal };
  await element.settingsNow.getToken?.(request);
  await inner.settingsNow.getToken?.(request);
  expect(asked).toEqual(['second', 'newest']);

  element.getToken = undefined;
  await turn();
  expect(element.log).toEqual(['show plan', 'abort', 'hide plan', 'show plan']);
});

test('a browser that takes no such custom states has all the rest', async () => {
  class QuireOld extends QuireProbe {
    static override readonly tag: 'quire-probe' = 'quire-old' as 'quire-probe';
    override attachInternals(): ElementInternals {
      const add = () => {
        throw new DOMException('The specified value must start with "--".', 'SyntaxError');
      };
      return { states: { add, delete: () => false } } as unknown as ElementInternals;
    }
  }
  define(QuireOld);
  const element = h('quire-old' as 'div', { server: SERVER, document: 'plan' }) as unknown as QuireProbe;
  document.body.append(element);
  await turn();
  expect(element.getAttribute('status')).toBe('connecting');
  expect(element.text).toBe('Hello Ada');
});

test('a room in which somebody could not be introduced is left again', async () => {
  const first = probe({ server: SERVER, document: 'faulty' });
  document.body.append(first);
  await turn();
  const awareness = first.room?.awareness;
  const refuse = () => {
    throw new QuireError('bad-answer', 'A listener of the page failed.');
  };
  awareness?.on('update', refuse);
  const other = probe({ server: SERVER, document: 'faulty', name: 'Ada' });
  document.body.append(other);
  await turn();
  expect(other.getAttribute('status')).toBe('error');
  expect(other.room).toBeNull();

  awareness?.off('update', refuse);
  other.remove();
  first.remove();
  await turn();
  // The last to leave takes this person out of it.
  await expect.poll(() => awareness?.getLocalState()).toBeNull();
});
