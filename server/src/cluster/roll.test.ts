import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_ROLL, enrol, isMember, membersOf, type Roll, strike, uniteRolls } from './roll.ts';

const node = fc.constantFrom('a', 'b', 'c', 'd');
const roll: fc.Arbitrary<Roll> = fc
  .record({ members: fc.array(node), forgotten: fc.array(node) })
  .map(({ members, forgotten }) => ({ members: new Set(members), forgotten: new Set(forgotten) }));
const sorted = (one: Roll): string[][] => [[...one.members].sort(), [...one.forgotten].sort()];

describe('the roll of a cluster', () => {
  it('[R12] is the same on all nodes in the end, in whatever order they hear of each other', () => {
    fc.assert(
      fc.property(roll, roll, roll, (a, b, c) => {
        expect(sorted(uniteRolls(uniteRolls(a, b), c))).toEqual(sorted(uniteRolls(a, uniteRolls(c, b))));
        expect(sorted(uniteRolls(a, a))).toEqual(sorted(a));
      }),
    );
  });

  it('[R12] never lets a node come back that was forgotten', () => {
    const struck = strike(enrol(enrol(EMPTY_ROLL, 'a'), 'b'), 'b');
    expect(membersOf(enrol(struck, 'b'))).toEqual(['a']);
    expect(isMember(enrol(struck, 'b'), 'b')).toBe(false);
  });

  it('[R12] holds of those that were forgotten only that they were', () => {
    const struck = strike(enrol(enrol(EMPTY_ROLL, 'a'), 'b'), 'b');
    expect(sorted(struck)).toEqual([['a'], ['b']]);
    const behind = enrol(enrol(EMPTY_ROLL, 'a'), 'b');
    expect(uniteRolls(struck, behind)).toBe(struck);
    expect(sorted(uniteRolls(behind, struck))).toEqual([['a'], ['b']]);
  });

  it('is the same object when nothing is new', () => {
    const known = enrol(EMPTY_ROLL, 'a');
    expect(uniteRolls(known, enrol(EMPTY_ROLL, 'a'))).toBe(known);
  });
});
