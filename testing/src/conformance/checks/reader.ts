import { hocuspocusTypes, syncTypes } from '@quire/protocol';
import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import type { Participant } from '../participant.ts';
import type { Stage } from '../stage.ts';
import { insert, textOf, updateWith } from './body.ts';

/** Every way in which a client can say content. */
const waysToWrite: readonly { readonly what: string; write(reader: Participant): void }[] = [
  { what: 'an update', write: (reader) => reader.say({ kind: 'update', update: updateWith('forged update ') }) },
  { what: 'a step 2', write: (reader) => reader.say({ kind: 'step-2', update: updateWith('forged step 2 ') }) },
  {
    what: 'a step 2 as a sync reply',
    write: (reader) => {
      if (reader.line.dialect.name !== 'hocuspocus') return;
      const update = updateWith('forged reply ');
      reader.sayRaw(hocuspocusTypes.syncReply, syncTypes.step2, update.length, ...update);
    },
  },
];

export const readerWrites: Check = {
  id: 'reader-writes',
  guarantee: 'G6',
  title: 'Who may only read changes nothing, by any message',
  does: 'rita opens the document with the reader token, and sends content as an update, as a step 2, and, in the Hocuspocus dialect, as a sync reply',
  passes: 'she is told that she may not, or put out; nothing of it is receipted, or reaches anybody',
  needs: ['reader-token'],
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    ada.edit(insert(0, 'original'));
    const rita = await stage.join(document, { name: 'rita', token: stage.target.readerToken ?? '' });
    await stage.expectSame('ada inserted "original"', [ada, rita]);
    await hearAnswer(stage, rita, 'a step 1 of rita');
    for (const { what, write } of waysToWrite) {
      write(rita);
      await hearAnswer(stage, rita, `${what} of rita, and a step 1`);
      if (rita.surplusReceipts > 0) {
        throw new CheckFailure({ sent: `${what} of rita, who may only read`, expected: 'no receipt', came: 'one' });
      }
      if (rita.end !== null) break;
    }
    if (rita.refusals === 0 && rita.end === null) {
      throw new CheckFailure({
        sent: 'content from rita, who may only read',
        expected: 'that she is told that she may not, or put out',
        came: 'neither',
      });
    }
    ada.edit((doc) => insert(textOf(doc).length, ' and more')(doc));
    const cleo = await stage.join(document, { name: 'cleo' });
    await stage.expectSame('ada appended " and more"', [ada, cleo]);
    if (textOf(cleo.doc) === 'original and more') return;
    throw new CheckFailure({
      sent: 'content from rita, who may only read',
      expected: '"original and more", all of it by ada',
      came: JSON.stringify(textOf(cleo.doc)),
    });
  },
};

/** What is said of anything comes before the answer to a question behind it. */
async function hearAnswer(stage: Stage, rita: Participant, sent: string): Promise<void> {
  const before = rita.answers.length;
  rita.ask();
  await stage.expect({
    sent,
    expected: 'an answer to the step 1, or the end of her connection',
    until: () => rita.answers.length > before || rita.end !== null,
    came: () => 'neither',
  });
}
