import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { converged } from './converged.ts';
import { createTimeline } from './links/timeline.ts';

function docWith(clientID: number, text: string): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  doc.getText('body').insert(0, text);
  return doc;
}

test('who does not converge is told how they differ, and what went over their lines', async () => {
  let at = 0;
  const now = (): number => at;
  const ada = { doc: docWith(1, 'mine'), timeline: createTimeline({ now }) };
  const ben = { doc: docWith(2, 'yours'), timeline: createTimeline({ now }) };
  ada.timeline.note('→ update, 17 bytes');
  at = 2.5;
  ben.timeline.note('link: offline');
  const failure = await converged({ ada, ben }, { timeoutMs: 10 }).catch((error: Error) => error.message);
  expect(failure).toMatchInlineSnapshot(`
    "the documents have not converged
    ada and ben differ:
      ada (client 1): ada knows 4 of its clocks, ben 0
      ben (client 2): ada knows 0 of its clocks, ben 5
      "body" differs from character 0 on: ada has "mine" (of 4), ben "yours" (of 5); what ada has there is by ada, what ben has, by ben
    What went over the wire last:
            0.0 ms  ada  → update, 17 bytes
            2.5 ms  ben  link: offline
    : not within 10 ms"
  `);
});

test('people and documents are compared with each other', async () => {
  const doc = docWith(1, 'same');
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  await converged({ ada: { doc }, ben: copy });
});
