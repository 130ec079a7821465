import { encodePresence } from '@quire/protocol';
import { describe, expect, test } from 'vitest';
import { encodeCursorMove } from './keystrokes.ts';
import { CursorsSeen, findLastCursors, LAST_CURSOR } from './last-cursors.ts';

describe('the last cursors', () => {
  test('are told from those before, and from people who are not shown', () => {
    expect(findLastCursors(encodeCursorMove(7, LAST_CURSOR))).toEqual([7]);
    expect(findLastCursors(encodeCursorMove(7, 90))).toEqual([]);
    expect(
      findLastCursors(
        encodePresence([
          { clientId: 1, clock: LAST_CURSOR, state: '{}' },
          { clientId: 2, clock: LAST_CURSOR + 1, state: 'null' },
          { clientId: 3, clock: LAST_CURSOR + 2, state: '{}' },
        ]),
      ),
    ).toEqual([1, 3]);
  });

  test('count once for each who sees them, and not for their own', () => {
    const seen = new CursorsSeen();
    const [ada, ben] = [{}, {}];
    seen.add(ada, [1, 2], 1);
    seen.add(ada, [2, 3], 1);
    seen.add(ben, [1, 2, 3], 2);
    seen.add(ben, [1], 2);
    expect(seen.count).toBe(4);
  });
});
