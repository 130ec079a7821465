import { type Editor, getMarkRange } from '@tiptap/react';
import { useState } from 'react';
import type { Box } from '../../ui/place-popover.ts';
import { type Popover, usePopover } from '../../ui/use-popover.ts';
import { focusText } from '../focus-text.ts';

export interface LinkEditor {
  readonly popover: Popover;
  /** The address of the link at the selection; empty where there is none yet. */
  readonly address: string;
  /** Opens on the selection, or on the whole link that the caret is in. */
  readonly start: () => void;
  readonly apply: (address: string) => void;
  readonly remove: () => void;
  readonly cancel: () => void;
}

export function useLinkEditor(editor: Editor): LinkEditor {
  const [address, setAddress] = useState('');
  const popover = usePopover({ anchor: () => boxOfSelection(editor) });

  return {
    popover,
    address,
    start() {
      const { $from } = editor.state.selection;
      const linkType = editor.schema.marks.link;
      const range = linkType === undefined ? undefined : getMarkRange($from, linkType);
      if (range !== undefined) editor.commands.setTextSelection(range);
      const { href } = editor.getAttributes('link');
      setAddress(typeof href === 'string' ? href : '');
      popover.show();
    },
    apply(href) {
      popover.close();
      focusText(editor);
      const chain = editor.chain();
      const label = href.replace(/^(mailto:|https?:\/\/)/, '');
      const linked = { type: 'text', text: label, marks: [{ type: 'link', attrs: { href } }] };
      if (editor.state.selection.empty) chain.insertContent(linked).unsetMark('link').run();
      else chain.setLink({ href }).run();
    },
    remove() {
      popover.close();
      focusText(editor);
      editor.commands.unsetLink();
    },
    cancel() {
      popover.close();
      focusText(editor);
    },
  };
}

function boxOfSelection(editor: Editor): Box | null {
  if (editor.isDestroyed) return null;
  const { from, to } = editor.state.selection;
  const start = editor.view.coordsAtPos(from);
  const end = editor.view.coordsAtPos(to);
  const left = start.top === end.top ? start.left : Math.min(start.left, end.left);
  return { left, top: start.top, width: 0, height: end.bottom - start.top };
}
