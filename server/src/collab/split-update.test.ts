import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { splitUpdate } from './split-update.ts';
import { WalkError } from './update-walk.ts';

/** A document with every kind of content, by several clients, with deletions and gaps in what is visible. */
function createVariety(seed: number): Y.Doc {
  const doc = new Y.Doc({ gc: seed % 2 === 0 });
  const text = doc.getText('text');
  const array = doc.getArray('array');
  const map = doc.getMap('map');
  const xml = doc.getXmlFragment('xml');
  for (const client of [7, 300, 4_000_000_000]) {
    doc.clientID = client + seed;
    text.insert(text.length, 'plain, ünïcödé, \u{1f600} and 文字');
    text.format(0, 3, { bold: true, link: { href: 'https://a.example' } });
    text.insertEmbed(2, { image: 'x.png' });
    text.delete(1, 4);
    array.push([
      1,
      -5,
      1.5,
      2 ** 40,
      true,
      null,
      'text',
      { deep: [[{ a: 'b', big: 10n, none: undefined }]] },
      new Uint8Array([1, 2]),
    ]);
    array.delete(1, 2);
    map.set('key', new Y.Map([['inner', new Y.Array()]]));
    map.set('key', new Y.Text('replaced'));
    map.set('doc', new Y.Doc({ guid: 'sub', meta: { some: 'thing' } }));
    const element = new Y.XmlElement('p');
    element.setAttribute('class', 'wide');
    // Its types leave hooks out of what a fragment may hold.
    xml.push([element, new Y.XmlText('words'), new Y.XmlHook('hook') as unknown as Y.XmlText]);
  }
  return doc;
}

/** What `decodeUpdate` makes of it, without the identity of objects. */
function describeParts(updates: readonly Uint8Array[]) {
  const decoded = updates.map((update) => Y.decodeUpdate(update));
  return {
    structs: decoded.flatMap(({ structs }) =>
      structs.map((struct) => [struct.constructor.name, { ...struct.id }, struct.length]),
    ),
    deletes: decoded.flatMap(({ ds }) =>
      [...ds.clients].map(([client, ranges]) => [client, ranges.map((range) => ({ ...range }))]),
    ),
  };
}

describe('a split update', () => {
  it('says the same as the whole, whatever it holds and however it is cut', () => {
    void fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 40 }), (seed, structsPerPart) => {
        const doc = createVariety(seed);
        const whole = Y.encodeStateAsUpdate(doc);
        const parts = [...splitUpdate(whole, structsPerPart)];
        expect(describeParts(parts)).toEqual(describeParts([whole]));
        expect(parts.length).toBeGreaterThan(2);
        const rebuilt = new Y.Doc({ gc: doc.gc });
        for (const part of parts) Y.applyUpdate(rebuilt, part);
        expect(Y.encodeStateAsUpdate(rebuilt)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('has no part for what is not there', () => {
    expect([...splitUpdate(Y.encodeStateAsUpdate(new Y.Doc()), 10)]).toEqual([new Uint8Array([0, 0])]);
  });

  it('keeps gaps', () => {
    const doc = createVariety(1);
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let index = 0; index < 9; index += 1) doc.getText('text').insert(0, 'x');
    const gappy = Y.mergeUpdates(updates.filter((_, index) => index % 3 !== 1));
    const kinds = describeParts([...splitUpdate(gappy, 2)]).structs.map(([kind]) => kind);
    expect(kinds).toContain('Skip');
    expect(describeParts([...splitUpdate(gappy, 2)])).toEqual(describeParts([gappy]));
  });

  it('of bytes that are none is an error', () => {
    const whole = Y.encodeStateAsUpdate(createVariety(2));
    for (const length of [1, 5, 40, Math.floor(whole.length / 2)]) {
      expect(() => [...splitUpdate(whole.subarray(0, length), 3)]).toThrow(WalkError);
    }
    expect(() => [...splitUpdate(new Uint8Array(20).fill(255), 3)]).toThrow(WalkError);
  });
});
