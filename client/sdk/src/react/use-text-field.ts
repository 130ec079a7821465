import { type SyntheticEvent, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import * as Y from 'yjs';
import type { Room } from '../api.ts';
import { useArguments } from './hook-arguments.ts';
import { useSharedText } from './use-shared.ts';
import { useStatus } from './use-status.ts';

type Field = HTMLInputElement | HTMLTextAreaElement;

/** What a field is given to be one of a shared text. */
export interface TextFieldProps<E extends Field> {
  readonly ref: (element: E | null) => void;
  readonly value: string;
  /** Until there is content to show, and where this person may not change it. */
  readonly readOnly: boolean;
  readonly onChange: (event: SyntheticEvent<E>) => void;
  readonly onSelect: (event: SyntheticEvent<E>) => void;
}

/** The ends of a selection, where they stay while others write. */
interface Selection {
  readonly start: Y.RelativePosition;
  readonly end: Y.RelativePosition;
}

/** On a server React 18 warns of what has no layout there. */
const useBrowserLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/**
 * Makes a `<textarea>` or an `<input>` that several people type in at once: each change is merged, and the caret stays where
 * it is in the text. For text with styles there are the editors with a binding for Yjs.
 *
 * @example
 * <textarea aria-label="Notes" {...useTextField('notes')} />
 */
export function useTextField<E extends Field = HTMLTextAreaElement>(name: string): TextFieldProps<E>;
export function useTextField<E extends Field = HTMLTextAreaElement>(room: Room | null, name: string): TextFieldProps<E>;
export function useTextField(...given: readonly unknown[]): TextFieldProps<Field> {
  const [room, name] = useArguments<[name: string]>('useTextField', given);
  const [text, { set }] = useSharedText(room, name);
  const canEdit = useStatus(room, (status) => status.canEdit);
  const element = useRef<Field>(null);
  const selection = useRef<Selection | null>(null);

  const handlers = useMemo(() => {
    const note = (field: Field) => {
      selection.current = room === null ? null : readSelection(room.doc.getText(name), field);
    };
    return {
      ref: (mounted: Field | null) => {
        element.current = mounted;
      },
      onChange: ({ currentTarget }: SyntheticEvent<Field>) => {
        set(currentTarget.value);
        note(currentTarget);
      },
      onSelect: ({ currentTarget }: SyntheticEvent<Field>) => note(currentTarget),
    };
  }, [room, name, set]);

  // When somebody else changes the text, the browser would move the caret to the end.
  useBrowserLayoutEffect(() => {
    if (room === null || element.current === null || selection.current === null) return;
    restoreSelection(room.doc, element.current, selection.current);
  }, [room, text]);

  return { ...handlers, value: text ?? '', readOnly: !canEdit || text === null };
}

/** To the left of what somebody else writes at the same place. */
const BEFORE_OTHERS = -1;

function readSelection(text: Y.Text, { selectionStart, selectionEnd }: Field): Selection | null {
  if (selectionStart === null || selectionEnd === null) return null;
  return {
    start: Y.createRelativePositionFromTypeIndex(text, Math.min(selectionStart, text.length), BEFORE_OTHERS),
    end: Y.createRelativePositionFromTypeIndex(text, Math.min(selectionEnd, text.length), BEFORE_OTHERS),
  };
}

function restoreSelection(doc: Y.Doc, field: Field, { start, end }: Selection): void {
  const { activeElement } = field.getRootNode() as Document | ShadowRoot;
  const from = Y.createAbsolutePositionFromRelativePosition(start, doc)?.index;
  const to = Y.createAbsolutePositionFromRelativePosition(end, doc)?.index;
  // To place the caret in a field that is not being typed in would, in some browsers, move the focus there.
  if (activeElement !== field || from === undefined || to === undefined) return;
  if (field.selectionStart !== from || field.selectionEnd !== to) field.setSelectionRange(from, to);
}
