import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrive, nothingUnread, see, type Unread } from './unread.ts';

const theirs = (key: string) => ({ key, isMine: false });

describe('what is unread', () => {
  it('is what others said while nobody looked, below a divider that stays until one answers', () => {
    const two = arrive(arrive(nothingUnread, theirs('a'), false), theirs('b'), false);
    expect(two).toEqual({ count: 2, first: 'a' });
    const seen = see(two);
    expect(seen).toEqual({ count: 0, first: 'a' });
    expect(arrive(seen, theirs('c'), true)).toEqual({ count: 0, first: 'a' });
    expect(arrive(seen, { key: 'd', isMine: true }, true)).toEqual(nothingUnread);
  });

  it('begins at the next message after one has read', () => {
    const seen = see(arrive(nothingUnread, theirs('a'), false));
    expect(arrive(seen, theirs('b'), false)).toEqual({ count: 1, first: 'b' });
  });

  it('is as many as others sent since one last looked or spoke, whatever came in between', () => {
    const step = fc.constantFrom('theirs' as const, 'seen' as const, 'mine' as const, 'look' as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        let unread: Unread = nothingUnread;
        steps.forEach((each, at) => {
          const message = { key: String(at), isMine: each === 'mine' };
          unread = each === 'look' ? see(unread) : arrive(unread, message, each === 'seen');
        });
        const lastLook = steps.findLastIndex((each) => each !== 'theirs');
        expect(unread.count).toBe(steps.length - 1 - lastLook);
        if (unread.count > 0) expect(unread.first).toBe(String(lastLook + 1));
      }),
    );
  });
});
