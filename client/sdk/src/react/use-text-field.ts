import {
  type CompositionEvent,
  type SyntheticEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import * as Y from 'yjs';
import type { Room } from '../api.ts';
import { carryIndex, carryReplacement, type FieldKind, readAs } from './field-text.ts';
import { useArguments } from './hook-arguments.ts';
import { useLatest } from './use-latest.ts';
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
  readonly onCompositionStart: (event: CompositionEvent<E>) => void;
  readonly onCompositionEnd: (event: CompositionEvent<E>) => void;
}

/** The ends of a selection, where they stay while others write. */
interface Selection {
  readonly start: Y.RelativePosition;
  readonly end: Y.RelativePosition;
}

/** What an input method puts together of several keys: until that is done, any other value would end it. */
interface Composition {
  readonly shared: Y.Text;
  /** The text that it began with. */
  readonly before: string;
  readonly value: string;
}

/** On a server React 18 warns of what has no layout there. */
const useBrowserLayoutEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/**
 * Makes a `<textarea>` or an `<input>` that several people type in at once: each change is merged, and the caret stays where
 * it is in the text. What an input method composes is written once it is done. For text with styles there are the editors
 * with a binding for Yjs.
 *
 * @example
 * <textarea aria-label="Notes" {...useTextField('notes')} />
 * <input aria-label="Title" {...useTextField<HTMLInputElement>('title')} />
 */
export function useTextField<E extends Field = HTMLTextAreaElement>(name: string): TextFieldProps<E>;
export function useTextField<E extends Field = HTMLTextAreaElement>(room: Room | null, name: string): TextFieldProps<E>;
export function useTextField(...given: readonly unknown[]): TextFieldProps<Field> {
  const [room, name] = useArguments<[name: string]>('useTextField', given);
  const [text] = useSharedText(room, name);
  const canEdit = useStatus(room, (status) => status.canEdit);
  const shared = useMemo(() => room?.doc.getText(name) ?? null, [room, name]);
  const element = useRef<Field>(null);
  const selection = useRef<Selection | null>(null);
  const [begun, setBegun] = useState<Composition | null>(null);
  const composition = begun?.shared === shared ? begun : null;
  const latest = useLatest({ text: text ?? '', composition });

  const handlers = useMemo(() => {
    const write = (field: Field, before: string) => {
      if (shared === null) return;
      const typed = readAs(kindOf(field), before).replaceBy(field.value);
      replace(shared, carryReplacement(typed, before, shared.toString()));
      selection.current = readSelection(shared, field);
    };
    return {
      ref: (mounted: Field | null) => {
        element.current = mounted;
      },
      onChange({ currentTarget: field }: SyntheticEvent<Field>) {
        const { text: before, composition: under } = latest.current;
        if (under === null) write(field, before);
        else setBegun({ ...under, value: field.value });
      },
      onCompositionStart({ currentTarget: { value } }: CompositionEvent<Field>) {
        if (shared !== null) setBegun({ shared, before: latest.current.text, value });
      },
      onCompositionEnd({ currentTarget: field }: CompositionEvent<Field>) {
        if (latest.current.composition !== null) write(field, latest.current.composition.before);
        setBegun(null);
      },
    };
  }, [shared, latest]);

  useEffect(() => {
    if (shared === null) return;
    // Not only when it is told to be another one: a page may have set it, or the browser not have said so yet.
    const note = () => {
      const field = element.current;
      if (field === null || !hasFocus(field)) return;
      if (field.value === readAs(kindOf(field), shared.toString()).shown)
        selection.current = readSelection(shared, field);
    };
    shared.doc?.on('beforeTransaction', note);
    return () => shared.doc?.off('beforeTransaction', note);
  }, [shared]);

  const isComposing = composition !== null;
  // When somebody else changes the text, the browser would move the caret to the end.
  useBrowserLayoutEffect(() => {
    if (room === null || element.current === null || selection.current === null || isComposing) return;
    restoreSelection(room.doc, element.current, text ?? '', selection.current);
  }, [room, text, isComposing]);

  return { ...handlers, value: composition?.value ?? text ?? '', readOnly: !canEdit || text === null };
}

function kindOf(field: Field): FieldKind {
  return field.localName === 'input' ? 'input' : 'textarea';
}

function hasFocus(field: Field): boolean {
  return (field.getRootNode() as Document | ShadowRoot).activeElement === field;
}

function replace(shared: Y.Text, { index, remove, insert }: { index: number; remove: number; insert: string }): void {
  const change = () => {
    shared.delete(index, remove);
    shared.insert(index, insert);
  };
  // With no origin, so that any undo manager takes it for this person's.
  if (shared.doc === null) change();
  else Y.transact(shared.doc, change);
}

/** To the left of what somebody else writes at the same place. */
const BEFORE_OTHERS = -1;

function readSelection(shared: Y.Text, field: Field): Selection | null {
  const { selectionStart, selectionEnd, value } = field;
  if (selectionStart === null || selectionEnd === null) return null;
  const { shown, toText } = readAs(kindOf(field), shared.toString());
  const place = (index: number) =>
    Y.createRelativePositionFromTypeIndex(shared, toText(carryIndex(index, value, shown)), BEFORE_OTHERS);
  return { start: place(selectionStart), end: place(selectionEnd) };
}

function restoreSelection(doc: Y.Doc, field: Field, text: string, { start, end }: Selection): void {
  const from = Y.createAbsolutePositionFromRelativePosition(start, doc)?.index;
  const to = Y.createAbsolutePositionFromRelativePosition(end, doc)?.index;
  // To place the caret in a field that is not being typed in would, in some browsers, move the focus there.
  if (!hasFocus(field) || from === undefined || to === undefined) return;
  const { toShown } = readAs(kindOf(field), text);
  const [first, last] = [toShown(from), toShown(to)];
  if (field.selectionStart !== first || field.selectionEnd !== last) field.setSelectionRange(first, last);
}
