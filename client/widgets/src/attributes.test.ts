// @vitest-environment happy-dom

import { expect, test } from 'vitest';
import { propertyOf, settableAttributes } from '../describe-types.ts';
import './index.ts';
import { common, declarations } from './manifest.ts';

const settable = declarations.flatMap(({ tag, attributes }) =>
  settableAttributes({ attributes: [...common.attributes, ...attributes] }).map(
    ({ name, type = 'string' }) => [tag, name, type] as const,
  ),
);

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

// Frameworks say so of what is set no more.
test.each(settable)('<%s %s> is not there while its property is undefined', (tag, name) => {
  const element = document.createElement(tag);
  Reflect.set(element, propertyOf(name), undefined);
  expect(element.hasAttribute(name)).toBe(false);
});

test.each(settable)('<%s %s>, set before the script was there, is not lost', (tag, name, type) => {
  const element = document.createElement(tag);
  const value = exampleOf(type);
  Object.defineProperty(element, propertyOf(name), { value, configurable: true, writable: true, enumerable: true });
  document.body.append(element);
  expect(element.getAttribute(name)).toBe(value === true ? '' : String(value));
  element.remove();
});
