import { describe, expect, test } from 'vitest';
import { documentSizes, EDITS_PER_SECOND, settings } from './edit-cost.ts';

const { rehearsalMs, warmUpMs, measureMs } = settings.full;
const editsIn = (durationMs: number): number => (durationMs * EDITS_PER_SECOND) / 1000;

/** Quire's defaults: after so many edits, or one for each KiB of snapshot where that is more. */
const FOLD_AFTER_EDITS = 500;
const SNAPSHOT_BYTES_PER_EDIT = 1024;
/** Paces and folds are not exact to the edit. */
const SLACK = 20;

describe('the window of edits', () => {
  test('the rehearsal has a first fold even in the smallest document', () => {
    expect(editsIn(rehearsalMs)).toBeGreaterThan(FOLD_AFTER_EDITS + SLACK);
  });

  test.each(documentSizes)('holds no fold at %s', (_size, bytes) => {
    const foldAfter = Math.max(FOLD_AFTER_EDITS, bytes / SNAPSHOT_BYTES_PER_EDIT);
    const all = editsIn(rehearsalMs + warmUpMs + measureMs);
    const sinceFold = all < foldAfter ? all : all - FOLD_AFTER_EDITS;
    expect(sinceFold).toBeLessThan(foldAfter - SLACK);
  });

  test('holds a store of Hocuspocus, ten seconds after the first edit of the warm-up', () => {
    const STORE_AFTER_MS = 10_000;
    expect(warmUpMs).toBeGreaterThan(0);
    expect(warmUpMs + measureMs).toBeGreaterThanOrEqual(STORE_AFTER_MS + 2000);
    expect(warmUpMs).toBeLessThan(STORE_AFTER_MS);
  });
});
