// @vitest-environment happy-dom
import type { Thread } from '@quire/client';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { type ClientLease, leaseClient } from '../base/clients.ts';
import { h } from '../base/h.ts';
import { define } from '../base/quire-element.ts';
import type { MarkedEditor } from './marked-editor.ts';
import { QuireComments } from './quire-comments.ts';

/** Nobody listens there: what others wrote is written by the test. */
const SERVER = 'ws://127.0.0.1:9/collab';

let lease: ClientLease;

/** The threads of a document, where the server would write them. */
function threadsOf(document: string): Y.Map<unknown> {
  return lease.client.open(`~comments/${document}`).doc.getMap('threads');
}

function threadBy(name: string, more: Partial<Thread> = {}): Thread {
  const author = { id: name.toLowerCase(), name };
  const time = '2026-01-01T00:00:00.000Z';
  const comments = [{ id: 'c1', author, time, edited: null, text: `From ${name}` }];
  return { id: name, author, created: time, quote: '', resolved: null, comments, ...more };
}

async function commentsOn(document: string, more: Readonly<Record<string, string>> = {}): Promise<QuireComments> {
  const element = h('quire-comments' as 'div', { server: SERVER, document, ...more });
  window.document.body.append(element);
  await turn();
  return element as unknown as QuireComments;
}

/** An editor of a page's own, in which a text is selected. */
function editorWith(quote: string): MarkedEditor {
  const text = new Y.Doc().getText();
  text.insert(0, quote);
  const at = (index: number) => Y.createRelativePositionFromTypeIndex(text, index);
  const selected = { range: { start: at(0), end: at(quote.length) }, quote };
  return Object.assign(h('div', { id: 'text' }), { readSelection: () => selected });
}

function find<E extends HTMLElement>({ shadowRoot }: QuireComments, selector: string): E {
  const found = shadowRoot?.querySelector<E>(selector);
  if (found === null || found === undefined) throw new Error(`there is no ${selector}`);
  return found;
}

/** What elements put off is done by then. */
async function turn(): Promise<void> {
  for (let step = 0; step < 4; step += 1) await Promise.resolve();
}

beforeAll(() => define(QuireComments));
beforeEach(() => {
  lease = leaseClient({ server: SERVER });
});
afterEach(async () => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
  lease.release();
  await turn();
});

test('a reply that somebody writes is still there when others resolve the thread and open it again, and in every filter', async () => {
  const threads = threadsOf('drafts');
  threads.set('Ada', threadBy('Ada'));
  const comments = await commentsOn('drafts');
  const card = find(comments, 'ol > li');
  const draft = () =>
    find<HTMLTextAreaElement>(comments, '[part=threads] > li:not([hidden]) > article > form textarea');
  draft().value = 'Not so fast';

  threads.set(
    'Ada',
    threadBy('Ada', { resolved: { by: { id: 'ben', name: 'Ben' }, time: '2026-01-02T00:00:00.000Z' } }),
  );
  expect(card.hidden).toBe(true);
  expect(find(comments, '[part=empty]').hidden).toBe(false);
  comments.filter = 'resolved';
  expect(card.hidden).toBe(false);
  expect(card.textContent).toContain('Ben');
  comments.filter = 'open';
  threads.set('Ada', threadBy('Ada'));
  expect(draft().value).toBe('Not so fast');

  threads.delete('Ada');
  expect(card.isConnected).toBe(false);
});

test('a text that was chosen in one document is not what a comment on another is about', async () => {
  document.body.append(editorWith('The ferry'));
  const comments = await commentsOn('first', { for: 'text' });
  comments.focus();
  expect(find(comments, '.new .quote').textContent).toBe('The ferry');
  document.querySelector('#text')?.remove();
  comments.document = 'second';
  await turn();
  expect(find(comments, '.about').hidden).toBe(true);
  expect(find(comments, '.new .quote').textContent).toBe('');
});

test('a comment that is taken when another document is shown already leaves alone what was chosen there', async () => {
  const { promise: taken, resolve: take } = Promise.withResolvers<Thread>();
  document.body.append(editorWith('The ferry'));
  const comments = await commentsOn('before', { for: 'text' });
  if (comments.room === null) throw new Error('it has no room');
  vi.spyOn(comments.room.comments, 'start').mockReturnValue(taken);
  comments.focus();
  const field = find<HTMLTextAreaElement>(comments, '.new textarea');
  field.value = 'When does it leave?';
  field.dispatchEvent(new Event('input'));
  find<HTMLButtonElement>(comments, '.new button[type=submit]').click();
  comments.document = 'after';
  await turn();
  comments.focus();
  const told = new Promise((resolve) => comments.addEventListener('quire-comment', resolve, { once: true }));
  take(threadBy('Ada'));
  await told;
  expect(find(comments, '.about').hidden).toBe(false);
  expect(find(comments, '.new .quote').textContent).toBe('The ferry');
});
