import { describe, expect, it } from 'vitest';
import { closeCodes, describeClose, documentNameSchema, findNameFault } from './index.ts';

describe('document names', () => {
  it.each(['a', 'team/plan', 'constructor', '__proto__', 'Überblick 2026', '文書', '👩‍👩‍👧', 'x'.repeat(512), ' a '])(
    '[R8] %j is a name',
    (name) => {
      expect(findNameFault(name)).toBeNull();
      expect(documentNameSchema.parse(name)).toBe(name);
    },
  );

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['.', 'dots'],
    ['..', 'dots'],
    ['x'.repeat(513), 'too-long'],
    ['é'.repeat(257), 'too-long'],
    ['a\u0000b', 'control-character'],
    ['a\nb', 'control-character'],
    ['a\u0085b', 'control-character'],
    ['a\ud800', 'lone-surrogate'],
    ['\ufdd0registry', 'noncharacter'],
    ['a\uffff', 'noncharacter'],
    ['a\u{1fffe}', 'noncharacter'],
  ])('[R8] %j is refused as %s', (name, fault) => {
    expect(findNameFault(name)).toBe(fault);
    expect(documentNameSchema.safeParse(name).success).toBe(false);
  });
});

describe('close codes', () => {
  const all = Object.values(closeCodes);

  it('no two share a code or a name', () => {
    expect(new Set(all.map((entry) => entry.code)).size).toBe(all.length);
    expect(new Set(all.map((entry) => entry.name)).size).toBe(all.length);
  });

  it('the range of a private code says whether to retry, as y-websocket reads it', () => {
    for (const entry of all.filter((candidate) => candidate.code >= 4000)) {
      expect(entry.retry, entry.name).toBe(entry.code < 4500 ? 'never' : 'backoff');
    }
  });

  it('every reason fits a close frame', () => {
    for (const entry of all) expect(Buffer.byteLength(entry.reason), entry.name).toBeLessThanOrEqual(123);
  });

  it('an unknown code is read by its range', () => {
    expect(describeClose(4477).retry).toBe('never');
    expect(describeClose(1006).retry).toBe('backoff');
    expect(describeClose(4503)).toBe(closeCodes.storageRefused);
  });
});
