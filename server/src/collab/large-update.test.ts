import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeManyDeletions, makeManyTexts } from '../testing/made-up-updates.ts';
import { isLarge } from './large-update.ts';

function paste(length: number): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'x'.repeat(length));
  return Y.encodeStateAsUpdate(doc);
}

it('an update is large by its bytes, or by its parts, and otherwise it is not', () => {
  expect(isLarge(paste(1))).toBe(false);
  expect(isLarge(paste(250 * 1024))).toBe(false);
  expect(isLarge(paste(300 * 1024))).toBe(true);
  expect(isLarge(makeManyTexts(7, 7_000))).toBe(false);
  expect(isLarge(makeManyTexts(7, 9_000))).toBe(true);
  expect(isLarge(makeManyDeletions(7, 9_000))).toBe(true);
});
