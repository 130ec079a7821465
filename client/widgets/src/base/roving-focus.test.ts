// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest';
import { h } from './h.ts';
import { roveFocus } from './roving-focus.ts';

afterEach(() => document.body.replaceChildren());

test('a toolbar is one stop for Tab, and arrows go around in it, but for those that a list of choices needs', () => {
  const [bold, style, link] = [h('button'), h('select'), h('button')];
  const [toolbar, text] = [h('div', {}, bold, style, link), h('textarea')];
  document.body.append(toolbar, text);
  roveFocus(
    toolbar,
    () => [bold, style, link],
    () => text.focus(),
  );
  const stops = () => [bold, style, link].filter(({ tabIndex }) => tabIndex === 0);
  const press = (key: string) => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    return document.activeElement;
  };
  expect(stops()).toEqual([bold]);
  bold.focus();
  expect(press('ArrowRight')).toBe(style);
  expect(stops()).toEqual([style]);
  expect(press('ArrowDown')).toBe(style);
  expect(press('ArrowRight')).toBe(link);
  expect(press('ArrowDown')).toBe(bold);
  expect(press('ArrowUp')).toBe(link);
  expect(press('Home')).toBe(bold);
  expect(press('End')).toBe(link);
  expect(press('Escape')).toBe(text);
  expect(stops()).toEqual([link]);
});
