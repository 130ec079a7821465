import type { Editor } from '@tiptap/core';
import { absolutePositionToRelativePosition, ySyncPluginKey } from '@tiptap/y-tiptap';
import type { SelectedText } from './selected-text.ts';

const MAX_QUOTE_LENGTH = 200;

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
