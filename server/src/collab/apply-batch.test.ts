import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeManyTexts } from '../testing/made-up-updates.ts';
import { Abandoned, applyBatch } from './apply-batch.ts';
import type { Slicing } from './apply-in-slices.ts';
import type { Submission } from './submission.ts';

const silent = { error: () => {} };
const blank = { connection: null, handshake: 0, kind: 'update', frame: null, owed: false, title: null } as const;

const small = (update: Uint8Array): Submission => ({
  ...blank,
  content: [{ author: '', update }],
  applied: false,
  stored: false,
  readAtMs: null,
});
const large = (update: Uint8Array): Submission => ({ ...small(update), large: update });

/** Every look at the clock finds a slice over; `onTurn` is what others do between two of them. */
function impatient(onTurn: (turn: number) => void = () => {}): Slicing & { readonly turns: number } {
  let [now, turns] = [0, 0];
  return {
    minBytes: 0,
    now: () => {
      now += 100;
      return now;
    },
    async nextTurn() {
      turns += 1;
      onTurn(turns);
    },
    get turns() {
      return turns;
    },
  };
}

function typed(client: number, text: string): Uint8Array {
  const doc = Object.assign(new Y.Doc(), { clientID: client });
  doc.getText('body').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

describe('a batch of which something is large', () => {
  it('comes into its document in slices, and is told as it came, in one message', async () => {
    const document = new Y.Doc();
    const update = makeManyTexts(7, 1_000);
    const lengths: number[] = [];
    const slicing = impatient(() => lengths.push(document.getText('body').length));
    const batch = [small(typed(1, 'first')), large(update), small(typed(2, 'last'))];
    const told = await applyBatch(document, batch, {}, silent, slicing);
    expect(told).toHaveLength(3);
    expect(told[1]).toBe(update);
    expect(lengths.filter((length, at) => length > (lengths[at - 1] ?? 0)).length).toBeGreaterThan(20);
    expect(document.getText('body').length).toBe(1_009);
    const reader = new Y.Doc();
    for (const message of told) Y.applyUpdate(reader, message);
    expect(reader.getText('body').toString()).toBe(document.getText('body').toString());
  });

  it('[R3] brings along what has waited for it', async () => {
    const document = new Y.Doc();
    Y.applyUpdate(document, makeManyTexts(7, 5, 1_000));
    expect(document.store.pendingStructs).not.toBeNull();
    const told = await applyBatch(document, [large(makeManyTexts(7, 1_000))], {}, silent, impatient());
    expect(document.getText('body').length).toBe(1_005);
    const reader = new Y.Doc();
    for (const message of told) Y.applyUpdate(reader, message);
    expect(reader.getText('body').length).toBe(1_005);
  });

  it('[R3] tells nobody of what waits for something else', async () => {
    const document = new Y.Doc();
    const told = await applyBatch(document, [large(makeManyTexts(7, 1_000, 5))], {}, silent, impatient());
    expect(told).toEqual([]);
    expect(document.store.pendingStructs).not.toBeNull();
  });

  it('tells what the batch brought, and not what others do to the document meanwhile', async () => {
    const document = new Y.Doc();
    const slicing = impatient((turn) => {
      if (turn === 3) document.getText('elsewhere').insert(0, 'by an extension');
    });
    const update = makeManyTexts(7, 1_000);
    const told = await applyBatch(document, [large(update)], {}, silent, slicing);
    expect(told).toEqual([update]);
    expect(document.getText('elsewhere').toString()).toBe('by an extension');
  });

  it('is left where it is once the document is not wanted any more', async () => {
    const document = new Y.Doc();
    const slicing = impatient((turn) => {
      if (turn === 3) throw new Abandoned();
    });
    const applied = applyBatch(document, [large(makeManyTexts(7, 1_000))], {}, silent, slicing);
    await expect(applied).rejects.toBeInstanceOf(Abandoned);
    expect(document.getText('body').length).toBeLessThan(1_000);
  });
});
