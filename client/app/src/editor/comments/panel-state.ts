import type { SelectedText } from './selected-text.ts';

export interface OpenPanel {
  readonly kind: 'open';
  /** What somebody is about to comment on; null: the whole document. */
  readonly about: SelectedText | null;
  /** The thread that is being read. */
  readonly active: string | null;
}

export type CommentsPanelState = { readonly kind: 'closed' } | OpenPanel;
