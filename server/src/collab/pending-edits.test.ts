import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeCycle, makeUpdate } from '../testing/made-up-updates.ts';
import { PendingEdits } from './pending-edits.ts';
import { inspectUpdate } from './update-inspection.ts';

const limits = { maxPendingUpdates: 10, maxPendingBytes: 2_000 };
const cycle = (at: number): Uint8Array => makeCycle(100 + 2 * at, 101 + 2 * at);
const orphan = inspectUpdate(makeUpdate([{ client: 7, clock: 3, items: [{ text: 'x' }] }]));

describe('edits whose predecessors are missing', () => {
  it('[R3] are counted as what the document holds, also when nobody saw them coming', () => {
    const document = new Y.Doc();
    const pending = new PendingEdits(document);
    for (let at = 0; at < 4; at += 1) Y.applyUpdate(document, cycle(at));
    pending.flushEnds();
    expect(pending.hasRoomFor(inspectUpdate(cycle(5)), limits)).toBe(true);
    Y.applyUpdate(document, cycle(4));
    pending.flushEnds();
    expect(pending.hasRoomFor(orphan, limits)).toBe(false);
    expect(new PendingEdits(document).hasRoomFor(orphan, limits)).toBe(false);
  });

  it('[R3] count from the moment in which they are taken in until they are known to fit', () => {
    const document = new Y.Doc();
    const pending = new PendingEdits(document);
    for (let count = 0; count < 5; count += 1) pending.note(orphan);
    pending.flushBegins();
    for (let count = 0; count < 5; count += 1) pending.note(orphan);
    expect(pending.hasRoomFor(orphan, limits)).toBe(false);
    pending.flushEnds();
    expect(pending.hasRoomFor(orphan, limits)).toBe(true);
    pending.flushBegins();
    pending.flushEnds();
    for (let count = 0; count < 9; count += 1) pending.note(orphan);
    expect(pending.hasRoomFor(orphan, limits)).toBe(true);
  });

  it('[R3] deletions of what nobody knows count too', () => {
    const document = new Y.Doc();
    const pending = new PendingEdits(document);
    const unknown = new Uint8Array([0, 1, 9, 12, ...Array.from({ length: 12 }, (_, at) => [at * 3, 1]).flat()]);
    Y.applyUpdate(document, unknown);
    pending.flushEnds();
    expect(pending.hasRoomFor(orphan, limits)).toBe(false);
  });

  it('[R3] a large one passes while there is no other, but not as a chain of many clients', () => {
    const pending = new PendingEdits(new Y.Doc());
    const pasted = makeUpdate([{ client: 7, clock: 3, items: Array.from({ length: 50 }, () => ({ text: 'x' })) }]);
    expect(pending.hasRoomFor(inspectUpdate(pasted), limits)).toBe(true);
    const chain = Array.from({ length: 11 }, (_, at) => ({
      client: at + 1,
      clock: 0,
      items: [{ text: 'x', origin: { client: at + 2, clock: 0 } }],
    }));
    expect(pending.hasRoomFor(inspectUpdate(makeUpdate(chain)), limits)).toBe(false);
    expect(pending.hasRoomFor(inspectUpdate(makeUpdate(chain.slice(1))), limits)).toBe(true);
  });
});
