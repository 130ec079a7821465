import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noticesKey, openNoticeStore } from './notice-store.ts';
import {
  addNotice,
  checkHref,
  countUnread,
  MAX_NOTICES,
  markAllRead,
  markRead,
  mergeNotices,
  type Notice,
  type Notices,
  parseNotice,
} from './notices.ts';

const BASE = 'https://shop.example/orders/';

function notice(id: string, at = 1, isRead = false): Notice {
  return { id, title: id, body: '', href: null, severity: 'info', at, isRead };
}

describe('a notice', () => {
  it('is what an event says', () => {
    const data = { title: ' Order 17 ', body: 'is on its way', href: '17', severity: 'success' };
    expect(parseNotice(data, { id: 'a.1', at: 5 }, BASE)).toEqual({
      id: 'a.1',
      title: 'Order 17',
      body: 'is on its way',
      href: 'https://shop.example/orders/17',
      severity: 'success',
      at: 5,
      isRead: false,
    });
  });

  it('without a title is none, and what is odd about it is left out', () => {
    for (const odd of [null, 'text', {}, { title: ' ' }, { title: 7 }])
      expect(parseNotice(odd, { id: 'a.1', at: 5 }, BASE)).toBeNull();
    const odd = parseNotice(
      { title: 'x'.repeat(500), body: 7, severity: 'fatal', href: {} },
      { id: 'a.1', at: 5 },
      BASE,
    );
    expect(odd).toMatchObject({ body: '', severity: 'info', href: null });
    expect(odd?.title).toHaveLength(200);
  });

  it('leads to pages alone', () => {
    expect(checkHref('https://elsewhere.example/?a=b', BASE)).toBe('https://elsewhere.example/?a=b');
    expect(checkHref('//elsewhere.example', BASE)).toBe('https://elsewhere.example/');
    const others = [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'blob:https://shop.example/1',
      'http://[',
      '',
    ];
    for (const other of others) expect([other, checkHref(other, BASE)]).toEqual([other, null]);
    fc.assert(
      fc.property(fc.constantFrom('', 'https:', 'javascript:', '//', '/', '\t'), fc.string(), (start, rest) => {
        const href = checkHref(`${start}${rest}`, BASE);
        if (href !== null) expect(href).toMatch(/^https?:\/\//);
      }),
    );
  });
});

describe('notices', () => {
  it('come newest first, each once, and are unread until somebody reads them', () => {
    const two = addNotice(addNotice(addNotice([], notice('a', 1)), notice('b', 2)), notice('a', 1));
    expect(two.map(({ id }) => id)).toEqual(['b', 'a']);
    expect([countUnread(two), countUnread(markRead(two, 'a')), countUnread(markAllRead(two))]).toEqual([2, 1, 0]);
  });

  it('[G4] are never more than so many', () => {
    let notices: Notices = [];
    for (let at = 0; at < MAX_NOTICES + 5; at += 1) notices = addNotice(notices, notice(`n${at}`, at));
    expect(notices).toHaveLength(MAX_NOTICES);
    expect(notices[0]?.id).toBe(`n${MAX_NOTICES + 4}`);
  });

  it('of two tabs are read in both once they are in one, whichever is asked', () => {
    const list = fc
      .uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), isRead: fc.boolean() }), {
        selector: ({ id }) => id,
      })
      .map((all) => all.map(({ id, isRead }) => notice(id, id.charCodeAt(0), isRead)));
    fc.assert(
      fc.property(list, list, (one, other) => {
        const merged = mergeNotices(one, other);
        expect(merged).toEqual(mergeNotices(other, one));
        expect(mergeNotices(merged, one)).toEqual(merged);
        for (const { id, isRead } of merged) {
          expect(isRead).toBe([...one, ...other].some((each) => each.id === id && each.isRead));
        }
      }),
    );
  });
});

describe('what a device remembers of notices', () => {
  const key = noticesKey({ server: 'https://a.example', document: 'team/plan', person: 'u1' });

  function memory(initial: Record<string, string> = {}): {
    values: Map<string, string>;
    storage: Pick<Storage, 'getItem' | 'setItem'>;
  } {
    const values = new Map(Object.entries(initial));
    return {
      values,
      storage: { getItem: (name) => values.get(name) ?? null, setItem: (name, value) => void values.set(name, value) },
    };
  }

  it('is what it was given, for the same person and document', () => {
    const { storage } = memory();
    const notices = [notice('b', 2, true), { ...notice('a', 1), href: 'https://shop.example/', body: 'text' }];
    openNoticeStore(storage, key, BASE).save(notices);
    expect(openNoticeStore(storage, key, BASE).load()).toEqual(notices);
    const other = noticesKey({ server: 'https://a.example', document: 'team/plan', person: 'u2' });
    expect(openNoticeStore(storage, other, BASE).load()).toEqual([]);
  });

  it('is read with the same care as what others send', () => {
    const bad = [
      { id: 'a', at: 1, title: 'x', href: 'javascript:alert(1)', isRead: 'yes' },
      { id: 7 },
      null,
      { id: 'b', at: 'now', title: 'y' },
    ];
    const { storage } = memory({ [key]: JSON.stringify(bad) });
    expect(openNoticeStore(storage, key, BASE).load()).toEqual([{ ...notice('a'), title: 'x' }]);
    for (const text of ['{', '{}', 'null'])
      expect(openNoticeStore(memory({ [key]: text }).storage, key, BASE).load()).toEqual([]);
  });

  it('is nothing where a browser keeps nothing, without a fault', () => {
    const full = {
      getItem: () => {
        throw new Error('denied');
      },
      setItem: () => {
        throw new Error('full');
      },
    };
    for (const storage of [undefined, full]) {
      const store = openNoticeStore(storage, key, BASE);
      store.save([notice('a')]);
      expect(store.load()).toEqual([]);
    }
  });
});
