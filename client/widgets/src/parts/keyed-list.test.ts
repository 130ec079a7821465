// @vitest-environment happy-dom
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyedList } from './keyed-list.ts';

test('a list is shown as it is, and what stays keeps its element, whatever came, went and moved', () => {
  const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 6 }), (lists) => {
      const parent = document.createElement('ol');
      const show = createKeyedList<string, HTMLElement>(parent, {
        keyOf: (key) => key,
        create: () => document.createElement('li'),
        update: (element, key, index) => {
          element.textContent = `${key}${index}`;
        },
      });
      let before = new Map<string, Element>();
      for (const list of lists) {
        show(list);
        expect([...parent.children].map((child) => child.textContent)).toEqual(list.map((key, at) => `${key}${at}`));
        const now = new Map(list.map((key, at) => [key, parent.children[at] as Element]));
        for (const [key, element] of now) expect(before.get(key) ?? element).toBe(element);
        before = now;
      }
    }),
    { numRuns: 50 },
  );
});
