import type * as Y from 'yjs';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import type { Stage } from '../stage.ts';
import { bodyOf, insert, textOf } from './body.ts';

const twoPeople: Check = {
  id: 'two-people',
  guarantee: 'G2',
  title: 'Two people who edit end with the same document',
  does: 'ada and ben insert and delete in turn, each after having seen the other’s',
  passes: 'after each edit both have the same document',
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const ben = await stage.join(document, { name: 'ben' });
    const turns = [
      { who: ada, what: 'inserted "one "', change: insert(0, 'one ') },
      { who: ben, what: 'inserted "two "', change: insert(4, 'two ') },
      { who: ada, what: 'deleted "one "', change: (doc: Y.Doc) => bodyOf(doc).delete(0, 4) },
      { who: ben, what: 'inserted "three"', change: insert(4, 'three') },
    ];
    for (const { who, what, change } of turns) {
      who.edit(change);
      await stage.expectSame(`${who.name} ${what}`, [ada, ben]);
    }
  },
};

const concurrentEdits: Check = {
  id: 'concurrent-edits',
  guarantee: 'G2',
  title: 'What two people write at the same time is the same, in whatever order it arrives',
  does: 'ada and ben write at the same place, before either has heard of it; in one document ada’s arrives first, in another ben’s',
  passes: 'both have both, and the two documents read the same',
  async run(stage) {
    const texts = [await writeAtOnce(stage, 'first'), await writeAtOnce(stage, 'last')];
    if (texts[0] === texts[1]) return;
    throw new CheckFailure({
      sent: 'the same two edits, in both orders',
      expected: 'the same text',
      came: texts.map((text) => JSON.stringify(text)).join(' and '),
    });
  },
};

async function writeAtOnce(stage: Stage, adaIs: 'first' | 'last'): Promise<string> {
  const document = stage.document(`-ada-${adaIs}`);
  const ada = await stage.join(document, { name: 'ada', clientId: 1_001 });
  const ben = await stage.join(document, { name: 'ben', clientId: 1_002 });
  const edits = [
    { who: ada, other: ben, update: ada.draft(insert(0, 'ada ')), words: 'ada ' },
    { who: ben, other: ada, update: ben.draft(insert(0, 'ben ')), words: 'ben ' },
  ];
  if (adaIs === 'last') edits.reverse();
  for (const { who, other, update, words } of edits) {
    who.send(update);
    await stage.expect({
      sent: `${who.name} inserted "${words}"`,
      expected: `${other.name} has it`,
      until: () => textOf(other.doc).includes(words),
      came: () => `${other.name} had ${JSON.stringify(textOf(other.doc))}`,
    });
  }
  await stage.expectSame('one edit of each', [ada, ben]);
  return textOf(ada.doc);
}

const EDITS_BEFORE = 40;

const lateJoiner: Check = {
  id: 'late-joiner',
  guarantee: 'G2',
  title: 'Who comes later gets everything, deletions too',
  does: `ada makes ${EDITS_BEFORE} edits in a text, a map and a list, a third of them deletions; then ben opens the document`,
  passes: 'ben has what ada has',
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const witness = await stage.join(document, { name: 'cleo' });
    for (let index = 0; index < EDITS_BEFORE; index += 1) ada.edit((doc) => editSomething(doc, index));
    await stage.expectSame(`${EDITS_BEFORE} edits of ada`, [ada, witness]);
    const ben = await stage.join(document, { name: 'ben' });
    await stage.expectSame('a step 1 of ben, who has nothing', [ada, ben]);
  },
};

function editSomething(doc: Y.Doc, index: number): void {
  const list = doc.getArray<number>('list');
  const map = doc.getMap<number>('map');
  if (index % 3 === 2) {
    bodyOf(doc).delete(0, 3);
    list.delete(0, 1);
    map.delete(`key ${index - 1}`);
  } else {
    bodyOf(doc).insert(index % 2, `word ${index} `);
    list.push([index]);
    map.set(`key ${index}`, index);
  }
}

const REPEATS = 5;

const replayedFrames: Check = {
  id: 'replayed-frames',
  guarantee: 'G2',
  title: 'A frame that comes again changes nothing',
  does: `ada sends the same update ${REPEATS} times, and ben sends it as often`,
  passes: 'everybody has it once, whoever comes later too, and editing goes on',
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const ben = await stage.join(document, { name: 'ben' });
    const { update } = ada.edit(insert(0, 'once '));
    await stage.expectSame('ada inserted "once "', [ada, ben]);
    for (let time = 1; time < REPEATS; time += 1) ada.send(update);
    for (let time = 0; time < REPEATS; time += 1) ben.send(update);
    ben.edit(insert(5, 'more'));
    await stage.expectSame(`the same update ${2 * REPEATS} times, then "more"`, [ben, ada]);
    const cleo = await stage.join(document, { name: 'cleo' });
    await stage.expectSame('a step 1 of cleo, who has nothing', [ben, cleo]);
    if (textOf(cleo.doc) === 'once more') return;
    throw new CheckFailure({
      sent: `the same update ${2 * REPEATS} times, then "more"`,
      expected: '"once more"',
      came: JSON.stringify(textOf(cleo.doc)),
    });
  },
};

const reconnect: Check = {
  id: 'reconnect',
  guarantee: 'G2',
  title: 'What was written and deleted offline is merged at the return',
  does: 'ada’s socket is cut; she inserts and deletes offline while ben goes on, and comes back on a new socket',
  passes: 'both have both, and so has whoever comes later',
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const ben = await stage.join(document, { name: 'ben' });
    ada.edit(insert(0, 'shared words'));
    await stage.expectSame('ada inserted "shared words"', [ada, ben]);
    ada.cut();
    ada.draft((doc) => bodyOf(doc).delete(0, 7));
    ada.draft(insert(0, 'offline '));
    ben.edit((doc) => bodyOf(doc).insert(textOf(doc).length, ' meanwhile'));
    const returned = await stage.join(document, { name: 'ada', doc: ada.doc });
    await stage.expectSame('an insertion and a deletion made offline, in the handshake', [returned, ben]);
    const cleo = await stage.join(document, { name: 'cleo' });
    await stage.expectSame('a step 1 of cleo, who has nothing', [ben, cleo]);
    if (textOf(ben.doc) === 'offline words meanwhile') return;
    throw new CheckFailure({
      sent: 'an insertion and a deletion made offline, and " meanwhile" by ben',
      expected: '"offline words meanwhile"',
      came: JSON.stringify(textOf(ben.doc)),
    });
  },
};

export const convergenceChecks: readonly Check[] = [twoPeople, concurrentEdits, lateJoiner, reconnect, replayedFrames];
