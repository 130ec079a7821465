import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readViewers, writeViewers } from './viewers.ts';

const count = fc.nat({ max: 100_000 });

describe('the count of viewers', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(count, count, (counted, listed) => {
        expect(readViewers(writeViewers({ count: counted, listed }))).toEqual({ count: counted, listed });
      }),
    );
  });

  it.each([
    'quire.viewers',
    '"quire.viewers"',
    'null',
    '{"type":"quire.viewers"}',
    '{"type":"quire.viewers","count":3}',
    '{"type":"quire.viewers","count":-1,"listed":2}',
    '{"type":"quire.viewers","count":1.5,"listed":2}',
    '{"type":"quire.viewers","count":"3","listed":2}',
    '{"type":"quire.viewers.later","count":3,"listed":2}',
    '{"type":"chat","text":"quire.viewers","count":3,"listed":2}',
  ])('is not taken from %s', (payload) => {
    expect(readViewers(payload)).toBeNull();
  });
});
