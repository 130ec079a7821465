// @vitest-environment happy-dom

import { expect, test } from 'vitest';
import { elements } from './index.ts';
import { common, declarations } from './manifest.ts';

/** What an element says of itself is read by the page, not set; every element of HTML has `lang`. */
const NOT_SET: readonly string[] = ['status', 'unread', 'lang'];
/** As HTML calls them. */
const AS_IN_HTML: ReadonlyMap<string, string> = new Map([
  ['for', 'htmlFor'],
  ['readonly', 'readOnly'],
]);

const settable = declarations.flatMap(({ tag, attributes }) =>
  [...common.attributes, ...attributes]
    .filter(({ name }) => !NOT_SET.includes(name))
    .map(({ name, type = 'string' }) => [tag, name, type] as const),
);

function propertyOf(attribute: string): string {
  return AS_IN_HTML.get(attribute) ?? attribute.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Something that an attribute of this type takes, and is not there when it is left out. */
function exampleOf(type: string): string | number | boolean {
  if (type === 'boolean') return true;
  if (type === 'number') return 3;
  return type.startsWith("'") ? (type.split("'").at(-2) ?? '') : 'something';
}

test.each(settable)('<%s %s> is set by its property, too, and taken away by it', (tag, name, type) => {
  const element = document.createElement(tag);
  const [property, value] = [propertyOf(name), exampleOf(type)];
  Reflect.set(element, property, value);
  expect(element.getAttribute(name)).toBe(value === true ? '' : String(value));
  expect(`${Reflect.get(element, property)}`).toBe(`${value}`);
  Reflect.set(element, property, type === 'boolean' ? false : null);
  expect(element.hasAttribute(name)).toBe(false);
});

test.each(settable)('<%s %s>, set before the script was there, is not lost', (tag, name) => {
  const made = elements.find((one) => one.tag === tag);
  expect(made?.properties).toContain(propertyOf(name));
});
