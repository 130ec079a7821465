import { encodeHocuspocusFrame } from '@quire/protocol';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import { insert, textOf } from './body.ts';

const PARTS = ['-one', '-two', '-three'] as const;

export const manyDocuments: Check = {
  id: 'many-documents',
  guarantee: 'G6',
  title: 'Documents on one socket are apart, and one is closed without the others',
  does: `ada opens ${PARTS.length} documents on one socket, in each of which somebody else is on a socket of their own; all write. Then she closes the first`,
  passes: 'each document has what was written in it, and nothing else; the others go on on the same socket',
  dialects: ['hocuspocus'],
  async run(stage) {
    const names = PARTS.map((part) => stage.document(part));
    const line = await stage.open(names[0] ?? '');
    const rooms = await Promise.all(
      names.map(async (name, index) => ({
        name,
        words: `words ${index}`,
        ada: await stage.joinOn(line, name, { name: 'ada' }),
        other: await stage.join(name, { name: `reader of ${name}` }),
      })),
    );
    for (const { ada, words } of rooms) ada.edit(insert(0, words));
    for (const { ada, other, words } of rooms) {
      await stage.expectSame(`an edit in each of ${PARTS.length} documents on one socket`, [ada, other]);
      if (textOf(other.doc) !== words) {
        throw new CheckFailure({
          sent: `"${words}" in ${other.document}`,
          expected: 'that and nothing else',
          came: JSON.stringify(textOf(other.doc)),
        });
      }
    }
    const [first, ...left] = rooms;
    if (first === undefined) return;
    line.socket.send(encodeHocuspocusFrame(first.name, { kind: 'close' }));
    for (const { ada, other } of left) {
      ada.edit(insert(0, 'and on '));
      await stage.expectSame(`a close of ${first.name}, then an edit in ${ada.document} on the same socket`, [
        ada,
        other,
      ]);
    }
    if (line.socket.isOpen) return;
    throw new CheckFailure({ sent: `a close of ${first.name}`, expected: 'a socket that stays', came: 'its end' });
  },
};
