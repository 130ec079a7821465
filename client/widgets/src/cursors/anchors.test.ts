// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { h } from '../base/h.ts';
import { findAnchor, resolveAnchor } from './anchors.ts';

const SELECTOR = '.card';
let inner: Element;
let outer: Element;
let second: Element;
let text: Element;
let host: Element;

beforeEach(() => {
  text = h('p', {}, 'To do');
  inner = h('div', { class: 'card', id: 'inner' }, text);
  outer = h('div', { class: 'card', 'data-anchor': 'a "quoted" ] name' }, inner);
  second = h('div', { class: 'card' });
  host = h('section', {}, outer, second, h('footer'));
});

test('a place belongs to the nearest anchor around it, by its name or by its order, or to the whole', () => {
  expect(findAnchor(host, SELECTOR, text)).toEqual({ box: inner, anchor: 'inner' });
  expect(findAnchor(host, SELECTOR, outer)).toEqual({ box: outer, anchor: 'a "quoted" ] name' });
  expect(findAnchor(host, SELECTOR, second)).toEqual({ box: second, anchor: 2 });
  expect(findAnchor(host, SELECTOR, host)).toEqual({ box: host, anchor: null });
  expect(findAnchor(host, null, text)).toEqual({ box: host, anchor: null });
});

test('what somebody else names is found again, and what this page does not have is nowhere', () => {
  for (const element of [text, outer, second, host]) {
    const { anchor, box } = findAnchor(host, SELECTOR, element);
    expect(resolveAnchor(host, SELECTOR, anchor)).toBe(box);
  }
  for (const anchor of ['gone', '*', 'footer', '', 9]) expect(resolveAnchor(host, SELECTOR, anchor)).toBeNull();
  expect(resolveAnchor(host, null, 0)).toBeNull();
});
