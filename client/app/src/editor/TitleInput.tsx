import type { Room } from '@quire/client';
import { useReadable } from '@quire/client/react';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { UNTITLED } from '../home/document-words.ts';
import { bindTitle } from './document-title.ts';

/** What the server accepts in its list of documents. */
const MAX_TITLE_LENGTH = 300;

interface TitleInputProps {
  readonly room: Room;
  readonly loaded: boolean;
  readonly canEdit: boolean;
  readonly onEnter: () => void;
}

export function TitleInput({ room, loaded, canEdit, onEnter }: TitleInputProps) {
  const title = useMemo(() => bindTitle(room.doc), [room]);
  const text = useReadable(title);
  const ref = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<number | null>(null);

  useEffect(() => {
    document.title = loaded ? `${text.trim() || UNTITLED} – Quire` : 'Quire';
  }, [text, loaded]);

  // When somebody else changes the title meanwhile, the browser would move the caret to the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the new text that moves the caret
  useLayoutEffect(() => {
    const input = ref.current;
    if (input === null || document.activeElement !== input || caret.current === null) return;
    const at = Math.min(caret.current, input.value.length);
    input.setSelectionRange(at, at);
  }, [text]);

  return (
    <div className="title" data-text={text || (loaded ? UNTITLED : '')}>
      {loaded && <h1 className="visually-hidden">{text.trim() || UNTITLED}</h1>}
      <textarea
        ref={ref}
        className="title-input"
        aria-label="Document title"
        value={text}
        placeholder={loaded ? UNTITLED : ''}
        maxLength={MAX_TITLE_LENGTH}
        rows={1}
        cols={1}
        readOnly={!loaded || !canEdit}
        spellCheck
        onChange={(event) => {
          caret.current = event.target.selectionStart;
          title.set(event.target.value.replace(/[\r\n]+/g, ' '));
        }}
        onSelect={(event) => {
          caret.current = event.currentTarget.selectionStart;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          event.preventDefault();
          onEnter();
        }}
      />
    </div>
  );
}
