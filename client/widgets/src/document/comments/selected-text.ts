import type { TextRange } from '@quire/client';
import type { Editor } from '@tiptap/core';
import { absolutePositionToRelativePosition, ySyncPluginKey } from '@tiptap/y-tiptap';
import { compareRelativePositions } from 'yjs';

/** What somebody is about to comment on: it stays right while others write. */
export interface SelectedText {
  readonly range: TextRange;
  readonly quote: string;
}

const MAX_QUOTE_LENGTH = 200;

/** Whether two selections are of the same place; null is none. */
export function isSameText(one: SelectedText | null, other: SelectedText | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    compareRelativePositions(one.range.start, other.range.start) &&
    compareRelativePositions(one.range.end, other.range.end)
  );
}

/** The text that is selected, also by somebody who may not change it; null when there is none. */
export function readSelectedText({ state }: Editor): SelectedText | null {
  const { from, to } = state.selection;
  const quote = state.doc.textBetween(from, to, ' ').trim();
  const binding = ySyncPluginKey.getState(state)?.binding;
  if (quote === '' || binding == null) return null;
  const at = (position: number) => absolutePositionToRelativePosition(position, binding.type, binding.mapping);
  const isLong = quote.length > MAX_QUOTE_LENGTH;
  return {
    range: { start: at(from), end: at(to) },
    quote: isLong ? `${quote.slice(0, MAX_QUOTE_LENGTH).toWellFormed()}…` : quote,
  };
}
