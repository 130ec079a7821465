import type { TextRange } from '@quire/client';
import { compareRelativePositions } from 'yjs';

/** What somebody is about to comment on: it stays right while others write. */
export interface SelectedText {
  readonly range: TextRange;
  readonly quote: string;
}

/** Whether two selections are of the same place; null is none. */
export function isSameText(one: SelectedText | null, other: SelectedText | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    compareRelativePositions(one.range.start, other.range.start) &&
    compareRelativePositions(one.range.end, other.range.end)
  );
}
