import * as Y from 'yjs';
import { isSameState } from '../../difference.ts';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import { bodyOf, textOf } from './body.ts';

const LARGE_CHARACTERS = 2_000_000;
const LARGE_WITHIN_MS = 20_000;

const largeDocument: Check = {
  id: 'large-document',
  guarantee: 'G3',
  title: 'A large document arrives whole',
  does: `ada brings a document of ${LARGE_CHARACTERS / 1_000_000} MB in her handshake; three people open it at once`,
  passes: 'all of them have all of it',
  async run(stage) {
    const document = stage.document();
    const ben = await stage.join(document, { name: 'ben' });
    const ada = await stage.join(document, { name: 'ada', doc: writeLarge(LARGE_CHARACTERS) });
    await stage.expectSame('a document, in the handshake of ada', [ada, ben], LARGE_WITHIN_MS);
    const others = await Promise.all(['cleo', 'dan', 'eve'].map((name) => stage.join(document, { name })));
    await stage.expectSame('the step 1s of three people', [ada, ...others], LARGE_WITHIN_MS);
  },
};

const REOPENED_CHARACTERS = 300_000;
/** How long nobody has it open: not at all, and long enough for a server to have taken it out of memory. */
const AWAY_MS = [0, 30, 2_500] as const;

const neverEmpty: Check = {
  id: 'never-empty',
  guarantee: 'G3',
  title: 'A document is never shown empty or shortened while it is loaded',
  does: `${AWAY_MS.length} times everybody leaves a document, and somebody opens it again, at once or up to ${Math.max(...AWAY_MS) / 1_000} s later`,
  passes: 'the first step 2 of each brings all of it',
  async run(stage) {
    const document = stage.document();
    const ben = await stage.join(document, { name: 'ben' });
    const whole = writeLarge(REOPENED_CHARACTERS);
    const ada = await stage.join(document, { name: 'ada', doc: whole });
    await stage.expectSame('a document, in the handshake of ada', [ada, ben]);
    ada.leave();
    ben.leave();
    for (const awayMs of AWAY_MS) {
      await stage.pause(awayMs);
      const newcomer = await stage.join(document, { name: 'cleo' });
      const shown = new Y.Doc();
      Y.applyUpdate(shown, newcomer.answers[0] ?? new Uint8Array());
      if (!isSameState(whole, shown)) {
        throw new CheckFailure({
          sent: `a step 1, ${awayMs} ms after everybody had left`,
          expected: `a step 2 with ${textOf(whole).length} characters`,
          came: `one with ${textOf(shown).length}`,
        });
      }
      newcomer.leave();
    }
  },
};

const WORD = 'Lorem ipsum dolor sit amet. ';
const PIECE_CHARACTERS = 5_000;

/** In pieces, of which some are deleted again. */
function writeLarge(characters: number): Y.Doc {
  const doc = new Y.Doc();
  const piece = WORD.repeat(Math.ceil(PIECE_CHARACTERS / WORD.length));
  while (bodyOf(doc).length < characters) {
    bodyOf(doc).insert(0, piece);
    bodyOf(doc).delete(10, 20);
    doc.getMap('pieces').set(String(bodyOf(doc).length), { characters: bodyOf(doc).length });
  }
  return doc;
}

export const wholenessChecks: readonly Check[] = [largeDocument, neverEmpty];
