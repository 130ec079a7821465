// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test } from 'vitest';
import { h } from '../base/h.ts';
import { createPeopleMap, type PeopleMap } from './leaflet-map.ts';

let container: HTMLElement;
let map: PeopleMap;
let grabs = 0;

beforeEach(() => {
  grabs = 0;
  container = h('div');
  document.body.replaceChildren(container);
  map = createPeopleMap({
    container,
    view: { center: [10, 20], zoom: 5 },
    isStill: true,
    onGrab: () => {
      grabs += 1;
    },
    onChoose: () => {},
    onTileError: () => {},
  });
  map.setTiles(null, 19);
});
afterEach(() => {
  map.close();
});

/** Leaflet goes by the old numbers of keys. */
function press(keyCode: number): void {
  container.dispatchEvent(new Event('focus'));
  const event = new Event('keydown', { bubbles: true, composed: true, cancelable: true });
  container.dispatchEvent(Object.assign(event, { keyCode }));
}

test('what the page does with the map is not by hand', () => {
  map.center([11, 21]);
  map.setView({ center: [12, 22], zoom: 7 });
  map.fit({ south: 1, west: 1, north: 2, east: 2 });
  map.setView({ center: [12, 22], zoom: 18 });
  map.setTiles(null, 9);
  expect(map.readView().zoom).toBe(9);
  expect(grabs).toBe(0);
});

test('the arrow keys move the map, and that is by hand', () => {
  press(39);
  expect(map.readView().center[1]).toBeGreaterThan(20);
  expect(grabs).toBeGreaterThan(0);
});

test.each([
  ['the buttons', () => map.zoomBy(1)],
  ['the keys', () => press(187)],
  ['two clicks', () => container.dispatchEvent(new MouseEvent('dblclick', { bubbles: true, clientX: 0, clientY: 0 }))],
])('to zoom by %s is by hand', (_how, zoom) => {
  zoom();
  expect(map.readView().zoom).toBeGreaterThan(5);
  expect(grabs).toBeGreaterThan(0);
});
