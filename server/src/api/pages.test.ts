import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../problems.ts';
import { type ListOrder, pageOf } from './pages.ts';

interface Item {
  readonly time: number;
  readonly id: string;
}

const orders = (['oldest', 'latest'] as const).map((first): ListOrder<Item> => ({ first, placeOf: (item) => item }));
const items = fc.uniqueArray(
  fc.record({ time: fc.nat({ max: 5 }), id: fc.string({ minLength: 1, unit: 'grapheme' }) }),
  {
    selector: ({ id }) => id,
  },
);

describe('a page of a list', () => {
  it.each(orders)('goes on where the one before ended: together they are the list, the $first first', (order) => {
    void fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 4 }), (list, limit) => {
        const whole = pageOf(list, order, { limit: 1_000 });
        const found: Item[] = [];
        for (let after: string | undefined; ; ) {
          const { items: page, next } = pageOf(list, order, { after, limit });
          expect(page.length).toBeLessThanOrEqual(limit);
          found.push(...page);
          if (next === null) break;
          after = next;
        }
        expect(found).toEqual(whole.items);
        expect(found).toHaveLength(list.length);
      }),
    );
  });

  it('goes on behind what is gone', () => {
    const [order] = orders;
    const list = ['a', 'b', 'c'].map((id) => ({ time: 1, id }));
    if (order === undefined) throw new Error('there is no order');
    const { next } = pageOf(list, order, { limit: 2 });
    const left = list.filter(({ id }) => id !== 'b');
    expect(pageOf(left, order, { after: next ?? '', limit: 2 }).items).toEqual([{ time: 1, id: 'c' }]);
  });

  it('begins at no place that none has given', () => {
    const [order] = orders;
    if (order === undefined) throw new Error('there is no order');
    for (const after of ['', 'nonsense', '-']) expect(() => pageOf([], order, { after, limit: 1 })).toThrow(ApiError);
  });
});
