import { common, declarations } from '@quire/widgets/manifest';
import { expect, test } from 'vitest';
import { elements } from './elements.ts';

test('the gallery has every element that there is, with a sentence on what it is for', () => {
  expect(elements.map(({ tag }) => tag).sort()).toEqual(declarations.map(({ tag }) => tag).sort());
  for (const { summary, markup, tag } of elements) {
    expect(summary).not.toBe('');
    if (tag !== 'quire-room') expect(markup).toContain(`<${tag}`);
  }
});

test('what the gallery writes into a tag is an attribute of that element', () => {
  let checked = 0;
  for (const { markup } of elements) {
    for (const [, tag, written] of markup.matchAll(/<(quire-[a-z]+)([^>]*)>/g)) {
      const own = declarations.find((declaration) => declaration.tag === tag)?.attributes ?? [];
      const known = [...own, ...common.attributes].map(({ name }) => name);
      for (const [, name] of (written ?? '').matchAll(/([a-z-]+)(?:="[^"]*")?/g)) {
        expect([...known, 'id']).toContain(name);
        checked += 1;
      }
    }
  }
  expect(checked).toBeGreaterThan(5);
});
