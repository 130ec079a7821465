// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { h } from '../base/h.ts';
import { define } from '../base/quire-element.ts';
import { QuireMap } from './quire-map.ts';

/** Nobody listens there: a room is a room before there is a connection. */
const SERVER = 'ws://127.0.0.1:9/collab';

class ProbedMap extends QuireMap {
  /** The map itself comes with the first that is shown. */
  get isThere(): Promise<unknown> {
    return this.shown;
  }
}

beforeAll(() => {
  define(ProbedMap);
});
beforeEach(() => {
  document.body.replaceChildren();
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

async function show(attributes: Readonly<Record<string, string>> = {}): Promise<ProbedMap> {
  const element = h('quire-map' as 'div', { server: SERVER, document: 'trip', ...attributes }) as unknown as ProbedMap;
  document.body.append(element);
  await turn();
  await element.isThere;
  return element;
}

function hearFollow(element: QuireMap): unknown[] {
  const heard: unknown[] = [];
  element.addEventListener('quire-follow', ({ detail }) => heard.push(detail.follow));
  return heard;
}

function zoomIn(element: QuireMap): void {
  element.shadowRoot?.querySelector<HTMLElement>('[part=zoom] button')?.click();
}

function saidIn(element: QuireMap): unknown {
  return element.room?.awareness.getLocalState()?.position ?? null;
}

test('the map goes along as the page asks, until somebody moves it: then whoever comes or goes does not', async () => {
  const element = await show({ follow: 'me' });
  const heard = hearFollow(element);
  element.setPosition(1, 2);
  element.clearPosition();
  element.setPosition(1, 2);
  const me = element.room?.awareness.clientID;
  expect(heard).toEqual([me, null, me]);
  zoomIn(element);
  element.clearPosition();
  element.setPosition(1, 2);
  expect(heard).toEqual([me, null, me, null]);
  element.setAttribute('follow', 'all');
  expect(heard.at(-1)).toBe('all');
});

test('a map that can not be made is told to the page', async () => {
  const asked = vi.spyOn(window, 'matchMedia').mockImplementation(() => {
    throw new Error('no map');
  });
  const heard: unknown[] = [];
  const hear = (event: Event) => heard.push((event as CustomEvent).detail);
  document.body.addEventListener('quire-error', hear);
  await show();
  document.body.removeEventListener('quire-error', hear);
  asked.mockRestore();
  expect(heard).toContainEqual(expect.objectContaining({ code: 'failed', message: 'no map' }));
});

test('other words on a map that somebody moved leave it where it is', async () => {
  const element = await show();
  element.setPosition(1, 2);
  zoomIn(element);
  const heard = hearFollow(element);
  element.strings = { everybody: 'Alle' };
  await turn();
  await element.isThere;
  expect(heard).toEqual([]);
});

test('where somebody is stays in the document in which it was said', async () => {
  const element = await show();
  element.setPosition(1, 2);
  expect(saidIn(element)).toMatchObject({ lat: 1, lng: 2 });
  element.strings = { everybody: 'Alle' };
  await turn();
  await element.isThere;
  expect(saidIn(element)).toMatchObject({ lat: 1, lng: 2 });

  element.setAttribute('document', 'elsewhere');
  await turn();
  await element.isThere;
  expect(element.room?.name).toBe('elsewhere');
  expect(saidIn(element)).toBeNull();
  expect(element.positions).toEqual([]);
});

test('a place that is given before there is a document is said in the first', async () => {
  const element = h('quire-map' as 'div', { server: SERVER }) as unknown as ProbedMap;
  document.body.append(element);
  await turn();
  element.setPosition(1, 2);
  element.setAttribute('document', 'trip');
  await turn();
  expect(saidIn(element)).toMatchObject({ lat: 1, lng: 2 });
});

test('the button to share comes and goes with `no-share`', async () => {
  const element = await show({ 'no-share': '' });
  const button = element.shadowRoot?.querySelector<HTMLElement>('[part=share]');
  expect(button?.hidden).toBe(true);
  element.removeAttribute('no-share');
  expect(button?.hidden).toBe(false);
  element.setAttribute('no-share', '');
  expect(button?.hidden).toBe(true);
});
