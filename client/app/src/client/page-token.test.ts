import { beforeEach, describe, expect, test } from 'vitest';
import { type TokenPlaces, takePageToken } from './page-token.ts';

let kept: Map<string, string>;
let address: string;
beforeEach(() => {
  kept = new Map();
});

function open(path: string): TokenPlaces {
  address = path;
  const { hash, pathname, search } = new URL(path, 'http://localhost');
  return {
    location: { hash, pathname, search },
    history: {
      replaceState: (_state, _title, to) => {
        address = String(to);
      },
    },
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
  };
}

describe('[G6] the token of a page', () => {
  test('leaves the address at once, and lasts as long as the tab', () => {
    expect(takePageToken(open('/d/team%2Fplan?x=1#token=a.b.c'))).toBe('a.b.c');
    expect(address).toBe('/d/team%2Fplan?x=1');
    expect(takePageToken(open('/'))).toBe('a.b.c');
  });

  test('takes nothing else out of the address', () => {
    takePageToken(open('/#part=2&token=a.b.c&line=7'));
    expect(address).toBe('/#part=2&line=7');
    takePageToken(open('/d/x#heading'));
    expect(address).toBe('/d/x#heading');
  });

  test('gives way to a newer one, and is empty where there is none', () => {
    expect(takePageToken(open('/'))).toBe('');
    takePageToken(open('/#token=old'));
    expect(takePageToken(open('/#token=new'))).toBe('new');
    expect(takePageToken(open('/'))).toBe('new');
  });

  test('is taken also where a browser keeps nothing', () => {
    const forgetful = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    const storage = { getItem: forgetful, setItem: forgetful };
    expect(takePageToken({ ...open('/#token=a.b.c'), storage })).toBe('a.b.c');
    expect(takePageToken({ ...open('/'), storage })).toBe('');
    expect(takePageToken({ ...open('/#token=a.b.c'), storage: null })).toBe('a.b.c');
    expect(takePageToken({ ...open('/'), storage: null })).toBe('');
  });
});
