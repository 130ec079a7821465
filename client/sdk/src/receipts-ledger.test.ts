import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginJoining,
  countUnsaved,
  emptyLedger,
  findOldestUnsaved,
  type Ledger,
  loseConnection,
  recordChanges,
  recordReceipt,
  recordStepTwo,
  recordUpdate,
} from './receipts-ledger.ts';

const edit = (ledger: Ledger, now = 0) => recordChanges(ledger, 1, now);
/** An edit on a connection whose step 2 is out: the update frame leaves in the same moment. */
const editAndSend = (ledger: Ledger, now = 0) => recordUpdate(edit(ledger, now), now);
const join = (ledger: Ledger, now = 0) => recordStepTwo(beginJoining(ledger), now);
const receive = (ledger: Ledger) => recordReceipt(ledger, true);

describe('receipts ledger', () => {
  it('[R2] five offline edits stay unsaved until the receipt of the step 2, which confirms all five', () => {
    let ledger = receive(join(emptyLedger));
    for (let count = 0; count < 5; count += 1) ledger = edit(loseConnection(ledger));
    expect(countUnsaved(ledger)).toBe(5);
    ledger = join(ledger);
    expect(countUnsaved(ledger)).toBe(5);
    expect(ledger.phase).toBe('joining');
    ledger = receive(ledger);
    expect(countUnsaved(ledger)).toBe(0);
    expect(ledger.phase).toBe('settled');
  });

  it('[R2] edits after the step 2 are not confirmed by its receipt', () => {
    let ledger = join(edit(emptyLedger));
    ledger = editAndSend(editAndSend(ledger));
    ledger = receive(ledger);
    expect(countUnsaved(ledger)).toBe(2);
    ledger = receive(ledger);
    expect(countUnsaved(ledger)).toBe(1);
  });

  it('[R2] edits between the opening of the socket and the step 2 are carried by the step 2', () => {
    let ledger = beginJoining(edit(emptyLedger));
    ledger = edit(edit(ledger));
    ledger = recordStepTwo(ledger, 0);
    expect(countUnsaved(ledger)).toBe(3);
    expect(countUnsaved(receive(ledger))).toBe(0);
  });

  it('frames in flight when the connection is lost wait for the next step 2', () => {
    let ledger = receive(join(emptyLedger));
    ledger = editAndSend(editAndSend(editAndSend(ledger)));
    ledger = receive(ledger);
    ledger = join(loseConnection(ledger));
    expect(countUnsaved(ledger)).toBe(2);
    expect(countUnsaved(receive(ledger))).toBe(0);
  });

  it('a second step 2 on one connection awaits a receipt of its own', () => {
    let ledger = receive(join(emptyLedger));
    ledger = recordStepTwo(editAndSend(ledger), 0);
    expect(countUnsaved(receive(ledger))).toBe(0);
    expect(receive(ledger).awaiting).toHaveLength(1);
  });

  it('a refusal settles the frame and leaves its change unsaved', () => {
    const ledger = recordReceipt(editAndSend(receive(join(emptyLedger))), false);
    expect(ledger.awaiting).toHaveLength(0);
    expect(countUnsaved(ledger)).toBe(1);
  });

  it('[R4] the receipt of a later update does not confirm a refused one; a fresh step 2 does', () => {
    let ledger = recordReceipt(editAndSend(receive(join(emptyLedger))), false);
    ledger = receive(editAndSend(ledger));
    expect(countUnsaved(ledger)).toBe(1);
    expect(countUnsaved(receive(recordStepTwo(ledger, 0)))).toBe(0);
  });

  it('a receipt that nobody waits for confirms nothing', () => {
    const ledger = edit(receive(join(emptyLedger)));
    expect(countUnsaved(receive(ledger))).toBe(1);
  });

  it('the oldest unsaved change keeps its age across a reconnect and gives way once confirmed', () => {
    let ledger = receive(join(emptyLedger));
    ledger = editAndSend(editAndSend(ledger, 1_000), 3_000);
    expect(findOldestUnsaved(ledger)).toBe(1_000);
    expect(findOldestUnsaved(join(loseConnection(ledger), 9_000))).toBe(1_000);
    ledger = receive(ledger);
    expect(findOldestUnsaved(ledger)).toBe(3_000);
    expect(findOldestUnsaved(receive(ledger))).toBeNull();
  });

  it('ten thousand frames in flight are a short list', () => {
    let ledger = join(emptyLedger);
    for (let count = 0; count < 10_000; count += 1) ledger = editAndSend(ledger, Math.floor(count / 100));
    expect(countUnsaved(ledger)).toBe(10_000);
    expect(ledger.awaiting.length).toBeLessThan(10);
  });

  it('[R2] whatever happens, exactly the changes that a durable frame held are confirmed', () => {
    const step = fc.constantFrom('edit', 'join', 'resync', 'lose', 'receipt', 'refusal');
    let confirmedSomewhere = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let ledger = emptyLedger;
        // The model names every change. A step 2 holds all of them, an update frame the one it was sent for.
        let made = 0;
        const durable = new Set<number>();
        let frames: number[][] | null = null;
        for (const name of steps) {
          if (name === 'edit') {
            ledger = edit(ledger, made);
            if (frames !== null) ledger = recordUpdate(ledger, made);
            frames?.push([made]);
            made += 1;
          } else if (name === 'join' || (name === 'resync' && frames !== null)) {
            ledger = name === 'join' ? join(ledger, made) : recordStepTwo(ledger, made);
            frames = [...(name === 'join' ? [] : (frames ?? [])), [...Array(made).keys()]];
          } else if (name === 'lose') {
            frames = null;
            ledger = loseConnection(ledger);
          } else if (name === 'receipt' || name === 'refusal') {
            const frame = frames?.shift() ?? [];
            ledger = recordReceipt(ledger, name === 'receipt');
            if (name === 'receipt') for (const change of frame) durable.add(change);
          }
          // Never fewer than the truth; more only while a frame that already holds a change awaits its receipt.
          expect(countUnsaved(ledger)).toBeGreaterThanOrEqual(made - durable.size);
          if (frames?.length === 0 && ledger.stranded.count === 0) expect(countUnsaved(ledger)).toBe(0);
        }
        confirmedSomewhere += durable.size;
      }),
      { numRuns: 1_000 },
    );
    expect(confirmedSomewhere).toBeGreaterThan(0);
  });
});
