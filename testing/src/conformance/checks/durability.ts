import type { Check } from '../check.ts';
import { NotCheckable } from '../failure.ts';
import type { Participant, SentEdit } from '../participant.ts';
import type { Stage } from '../stage.ts';
import { marksOf } from './body.ts';

const SHOWN_EDITS = 20;
/** Names in a report; who looks for the others has the documents. */
const NAMED = 5;

const shownIsDurable: Check = {
  id: 'shown-is-durable',
  guarantee: 'G1',
  title: 'What was on another screen survives a kill',
  does: `ada makes ${SHOWN_EDITS} edits; as soon as ben has seen the last, the server is killed and restarted, and cleo opens the document`,
  passes: 'cleo has all that ben had seen',
  needs: ['operator'],
  async run(stage) {
    const document = stage.document();
    const ada = await stage.join(document, { name: 'ada' });
    const ben = await stage.join(document, { name: 'ben' });
    for (let number = 1; number <= SHOWN_EDITS; number += 1) {
      ada.edit((doc) => marksOf(doc).set(`ada:${number}`, number));
    }
    await stage.expect({
      sent: `${SHOWN_EDITS} edits of ada`,
      expected: 'ben sees them',
      until: () => marksOf(ben.doc).size === SHOWN_EDITS,
      came: () => `ben saw ${marksOf(ben.doc).size}`,
    });
    await stage.operator.kill();
    const shown = [...marksOf(ben.doc).keys()];
    await stage.operator.restart();
    await expectMarks(stage, document, shown, `${shown.length} edits, seen by ben, then a kill`);
  },
};

const RECEIPTS_BEFORE_KILL = 100;
/** Of each person: enough that there is always something on its way. */
const IN_FLIGHT = 8;
const TYPISTS = ['ada', 'ben', 'dan'] as const;

const receiptedSurvives: Check = {
  id: 'receipted-survives',
  guarantee: 'G1',
  title: 'What was receipted survives a kill, whatever is on its way',
  does: `three people keep ${IN_FLIGHT} edits each in flight; at ${RECEIPTS_BEFORE_KILL} receipts the server is killed and restarted, and cleo opens the document`,
  passes: 'cleo has every edit that was receipted before the end',
  needs: ['operator'],
  async run(stage) {
    const document = stage.document();
    const typists = await Promise.all(TYPISTS.map((name) => stage.join(document, { name })));
    await expectReceipts(stage, typists[0]);
    const edits: MarkedEdit[] = [];
    const stopTyping = keepTyping(stage, typists, edits);
    const receipted = (): MarkedEdit[] => edits.filter(({ edit }) => edit.isReceipted);
    await stage.expect({
      sent: `edits of ${typists.length} people`,
      expected: `${RECEIPTS_BEFORE_KILL} receipts`,
      until: () => receipted().length >= RECEIPTS_BEFORE_KILL,
      came: () => `${receipted().length} for ${edits.length} edits`,
      withinMs: 20_000,
    });
    await stage.operator.kill();
    stopTyping();
    const safe = receipted().map(({ mark }) => mark);
    await stage.operator.restart();
    const sent = `${safe.length} receipted edits and ${edits.length - safe.length} in flight, then a kill`;
    await expectMarks(stage, document, safe, sent);
  },
};

interface MarkedEdit {
  readonly mark: string;
  readonly edit: SentEdit;
}

/** Without any there is nothing that the server promised: that this is so is what the check of receipts says. */
async function expectReceipts(stage: Stage, typist: Participant | undefined): Promise<void> {
  const edit = typist?.edit((doc) => marksOf(doc).set('first', 0));
  const what = {
    sent: 'an edit',
    expected: 'a receipt',
    until: () => edit?.isReceipted === true,
    came: () => 'none',
  };
  await stage.expect({ ...what, withinMs: 2_000 }).catch(() => {
    throw new NotCheckable('the server receipts nothing');
  });
}

/** Whoever hears of a receipt makes the next edit. Ended by what it gives back. */
function keepTyping(stage: Stage, typists: readonly Participant[], edits: MarkedEdit[]): () => void {
  const inFlight = new Map(typists.map((typist) => [typist, [] as SentEdit[]]));
  let count = 0;
  const fill = (): void => {
    for (const [author, waiting] of inFlight) {
      const left = waiting.filter((edit) => !edit.isReceipted);
      while (left.length < IN_FLIGHT && author.end === null) {
        count += 1;
        const mark = `${author.name}:${count}`;
        const edit = author.edit((doc) => marksOf(doc).set(mark, count));
        left.push(edit);
        edits.push({ mark, edit });
      }
      inFlight.set(author, left);
    }
  };
  fill();
  return stage.onHeard(fill);
}

async function expectMarks(stage: Stage, document: string, marks: readonly string[], sent: string): Promise<void> {
  const cleo = await stage.joinAgain(document, { name: 'cleo' });
  const missing = (): string[] => marks.filter((mark) => !marksOf(cleo.doc).has(mark));
  await stage.expect({
    sent,
    expected: `all ${marks.length} after the restart`,
    until: () => missing().length === 0,
    came: () => `${marks.length - missing().length}; among the missing: ${missing().slice(0, NAMED).join(', ')}`,
  });
}

export const durabilityChecks: readonly Check[] = [shownIsDurable, receiptedSurvives];
