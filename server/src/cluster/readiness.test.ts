import { describe, expect, it } from 'vitest';
import { type MemberStanding, type Standing, unreadinessOf } from './readiness.ts';

const sound: Standing = {
  isFormed: true,
  expectedNodes: 1,
  bus: 'following',
  isUndecided: false,
  others: [],
  unread: [],
  missingEntries: 0,
  areUnreadable: false,
  silentHolders: [],
};

function standingOf(knowledge: MemberStanding['knowledge'], isTried = false): Standing {
  return { ...sound, others: [{ node: 'b', knowledge, isTried }] };
}

describe('readiness', () => {
  it('[R12] needs all that members hold', () => {
    expect(unreadinessOf(sound)).toBeNull();
    expect(unreadinessOf({ ...sound, missingEntries: 3 })).toMatch(/missing here: 3$/);
    const later = { ...sound, missingEntries: 3, areUnreadable: true };
    expect(unreadinessOf(later)).toMatch(/missing here: 3, of a later release .*: update this node$/);
  });

  it('[R12] waits for every member to say what it holds, after its records were followed', () => {
    expect(unreadinessOf(standingOf('complete'))).toBeNull();
    expect(unreadinessOf(standingOf('incomplete'))).toMatch(/has not said yet/);
    expect(unreadinessOf({ ...sound, bus: 'connected' })).toMatch(/still being read/);
    expect(unreadinessOf({ ...sound, bus: 'connecting' })).toMatch(/not answered/);
  });

  it('[R12] believes what was last heard of a silent member, once every way to it was tried', () => {
    expect(unreadinessOf(standingOf('last-heard'))).toMatch(/has not answered/);
    expect(unreadinessOf(standingOf('last-heard', true))).toBeNull();
  });

  it('[R12] waits until it is known who is alive: an old announcement may be that of a copy, or of a node wrongly forgotten', () => {
    expect(unreadinessOf({ ...sound, isUndecided: true })).toMatch(/which nodes are alive/);
  });

  it('[R12] names a member of which nothing is known, and the cure', () => {
    expect(unreadinessOf(standingOf('unknown', true))).toMatch(/quire nodes forget b/);
  });

  it('[R12] names the cure when only a silent member has what is missing', () => {
    expect(unreadinessOf({ ...sound, missingEntries: 3, silentHolders: ['b'] })).toMatch(/^3 .*quire nodes forget b/);
  });

  it('[R12][G3] does not do without a member of which it can not read what it holds, and names the cure', () => {
    const unread = { node: 'b', release: '9.0.0', fault: 'later', isAlive: true } as const;
    const standings = [unread, { ...unread, isAlive: false }, { ...unread, release: '' }, { ...unread, node: '' }];
    const reasons = standings.map((each) =>
      unreadinessOf({ ...sound, isFormed: false, expectedNodes: 2, unread: [each] }),
    );
    expect(reasons).toEqual([
      expect.stringMatching(/^node b runs release 9\.0\.0.*update this node$/),
      expect.stringMatching(/^node b ran release 9\.0\.0.*update this node.*quire nodes forget b/),
      expect.stringMatching(/^node b runs a later release/),
      expect.stringMatching(/^a node is there.*update this node$/),
    ]);
  });

  it('[R12] tells what nobody can read from what a later release can, since to update does not help', () => {
    const unread = { node: 'b', release: '1.0.0', fault: 'damaged', isAlive: true } as const;
    const standings = [unread, { ...unread, isAlive: false }, { ...unread, node: '' }];
    const reasons = standings.map((each) => unreadinessOf({ ...sound, unread: [each] }));
    expect(reasons).toEqual([
      expect.stringMatching(/node b says of itself can't be read.*: restart that node$/),
      expect.stringMatching(/node b said last can't be read.*: start it, or run "quire nodes forget b"/),
      expect.stringMatching(/^a node is there.*: restart that node$/),
    ]);
    expect(reasons.join()).not.toContain('update');
  });

  it('[R12] of several that it can not read names one that is alive before those that are silent', () => {
    const silent = { node: 'b', release: '9.0.0', fault: 'later', isAlive: false } as const;
    expect(unreadinessOf({ ...sound, unread: [silent, { ...silent, node: 'c', isAlive: true }] })).toMatch(/^node c/);
  });

  it('[R12] of a first start waits for so many nodes, and for Redis, by which they find each other', () => {
    const first: Standing = { ...sound, isFormed: false, expectedNodes: 2 };
    expect(unreadinessOf(first)).toMatch(/1 of 2 nodes/);
    expect(unreadinessOf({ ...first, others: standingOf('complete').others })).toBeNull();
    expect(unreadinessOf({ ...first, expectedNodes: 1, bus: 'away' })).toMatch(/Redis must be reached/);
  });

  it('[G5] of a later start does not wait for Redis', () => {
    expect(unreadinessOf({ ...standingOf('complete'), bus: 'away' })).toBeNull();
  });
});
