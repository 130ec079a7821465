import * as Y from 'yjs';
import type { Check } from '../check.ts';
import type { SaidFrame } from '../dialect.ts';
import { CheckFailure } from '../failure.ts';
import { insert, textOf } from './body.ts';

const EDITS = 5;

const receipts: Check = {
  id: 'receipts',
  guarantee: 'G1',
  title: 'Every edit is receipted, once',
  does: `ada makes ${EDITS} edits, each when the one before has its receipt: SyncStatus in the Hocuspocus dialect, the echo of her bytes in the y-websocket dialect`,
  passes: 'each edit has a receipt, and there is none for which nothing was sent',
  async run(stage) {
    const ada = await stage.join(stage.document(), { name: 'ada' });
    const form = stage.dialect.name === 'hocuspocus' ? 'SyncStatus 1' : 'the echo of the update';
    for (let number = 1; number <= EDITS; number += 1) {
      const edit = ada.edit(insert(0, `edit ${number} `));
      await stage.expect({
        sent: `edit ${number} of ${EDITS}`,
        expected: `its receipt (${form})`,
        until: () => edit.isReceipted,
        came: () => ada.end ?? 'none',
      });
    }
    if (ada.surplusReceipts === 0) return;
    throw new CheckFailure({
      sent: `a step 2 and ${EDITS} edits`,
      expected: `${EDITS + 1} receipts`,
      came: `${ada.surplusReceipts} more`,
    });
  },
};

const OFFLINE_EDITS = 5;

const noEarlyReceipt: Check = {
  id: 'no-early-receipt',
  guarantee: 'G1',
  title: 'Nothing is receipted at a return before everything that was written offline has arrived',
  does: `ada returns with ${OFFLINE_EDITS} offline edits as a published provider does: token, step 1, the updates that had queued up, and her step 2 last. Her provider counts from 1 anew, so that the first receipt shows “saved”`,
  passes: 'no receipt comes before her step 2',
  dialects: ['hocuspocus'],
  async run(stage) {
    const document = stage.document();
    const ben = await stage.join(document, { name: 'ben' });
    const offline = new Y.Doc();
    const queued: Uint8Array[] = [];
    offline.on('update', (update: Uint8Array) => queued.push(update));
    for (let number = 1; number <= OFFLINE_EDITS; number += 1) insert(0, `edit ${number} `)(offline);

    const { socket, dialect } = await stage.open(document);
    const say = (frame: SaidFrame): void => socket.send(dialect.encode(document, frame));
    const heard = { receipts: 0, stepTwos: 0 };
    socket.onFrame((bytes) => {
      const { frame } = dialect.decode(bytes);
      if (frame.kind === 'receipt') heard.receipts += 1;
      if (frame.kind === 'step-2') heard.stepTwos += 1;
    });
    const ask = (): void => say({ kind: 'step-1', stateVector: Y.encodeStateVector(offline) });
    const hearAnswer = async (): Promise<void> => {
      const before = heard.stepTwos;
      ask();
      await stage.expect({
        sent: 'a step 1 of ada',
        expected: 'a step 2',
        until: () => heard.stepTwos > before,
        came: () => 'none',
      });
    };
    for (const frame of dialect.greet({ url: stage.target.url, document, token: stage.target.token }))
      socket.send(frame);
    await hearAnswer();
    for (const update of queued) say({ kind: 'update', update });
    const words = textOf(offline);
    await stage.expect({
      sent: `${OFFLINE_EDITS} updates of ada`,
      expected: 'ben has them',
      until: () => textOf(ben.doc) === words,
      came: () => `ben had ${JSON.stringify(textOf(ben.doc))}`,
    });
    // What was said of the updates comes before what is said of the question behind them.
    await hearAnswer();
    if (heard.receipts === 0) return;
    throw new CheckFailure({
      sent: `${OFFLINE_EDITS} updates of ada, and no step 2 yet`,
      expected: 'no receipt',
      came: `${heard.receipts}`,
    });
  },
};

export const receiptChecks: readonly Check[] = [receipts, noEarlyReceipt];
