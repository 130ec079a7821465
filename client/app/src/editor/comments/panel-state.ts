import type { SelectedText } from '@quire/widgets/document';

export interface OpenPanel {
  readonly kind: 'open';
  /** What somebody may comment on; null: the whole document. */
  readonly about: SelectedText | null;
  /** They asked to: what they type next is the comment. */
  readonly isAsked: boolean;
  /** The thread that is being read. */
  readonly active: string | null;
}

export type CommentsPanelState = { readonly kind: 'closed' } | OpenPanel;

/** Somebody wants to read a thread, or just to look. */
export function readPanel(active: string | null): OpenPanel {
  return { kind: 'open', about: null, isAsked: false, active };
}
