import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LayeredMap } from './layered-map.ts';

it('is what a copied map would be, and stays it whatever is made of it', () => {
  const change = fc.tuple(fc.nat({ max: 200 }), fc.nat());
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 20 }), { maxLength: 30 }), (steps) => {
      let model = new Map<number, number>();
      let map = new LayeredMap<number, number>();
      const given: [LayeredMap<number, number>, Map<number, number>][] = [];
      for (const changes of steps) {
        map = map.with(changes);
        model = new Map([...model, ...changes]);
        given.push([map, model]);
      }
      for (const [layered, copy] of given) {
        expect(layered.size).toBe(copy.size);
        expect(new Map(layered)).toEqual(copy);
        expect(new Set(layered.keys())).toEqual(new Set(copy.keys()));
        expect([...layered.values()].sort()).toEqual([...copy.values()].sort());
        for (const key of [0, 1, 100, 200]) {
          expect(layered.get(key)).toBe(copy.get(key));
          expect(layered.has(key)).toBe(copy.has(key));
        }
        const visited = new Map<number, number>();
        layered.forEach((value, key) => {
          visited.set(key, value);
        });
        expect(visited).toEqual(copy);
      }
    }),
    { numRuns: 50 },
  );
});

it('equals another one with the same content, in whatever order it came', () => {
  const one = new LayeredMap<string, number>().with([['a', 1]]).with([['b', 2]]);
  const two = new LayeredMap<string, number>(new Map([['b', 2]])).with([['a', 1]]);
  expect(one).toEqual(two);
  expect(one).not.toEqual(two.with([['a', 3]]));
});
