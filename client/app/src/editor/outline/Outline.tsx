import { type Editor, useEditorState } from '@tiptap/react';
import { useEffect, useState } from 'react';
import { focusText } from '../focus-text.ts';
import { indentOutline, keyOutline, type OutlineHeading, readOutline } from './outline.ts';
import './outline.css';

/** A heading counts as the one being read from here on, below the header. */
const READING_LINE_PX = 160;

export function Outline({ editor }: { readonly editor: Editor }) {
  const headings = useEditorState({ editor, selector: ({ editor: current }) => readOutline(current.state.doc) });
  const active = useHeadingInView(editor, headings);
  const indents = indentOutline(headings);
  const keys = keyOutline(headings);

  function goTo({ position }: OutlineHeading): void {
    const heading = editor.view.nodeDOM(position);
    if (!(heading instanceof HTMLElement)) return;
    heading.scrollIntoView({ block: 'start', behavior: prefersLessMotion() ? 'auto' : 'smooth' });
    if (!editor.isEditable) return;
    editor.commands.setTextSelection(position + 1);
    focusText(editor);
  }

  return (
    <nav className="outline" aria-label="Outline">
      <h2>Outline</h2>
      {headings.length === 0 ? (
        <p>Headings appear here as you write them.</p>
      ) : (
        <ol>
          {headings.map((heading, index) => (
            <li key={keys[index]} style={{ '--indent': indents[index] } as React.CSSProperties}>
              <button
                type="button"
                aria-current={index === active ? 'location' : undefined}
                onClick={() => goTo(heading)}
              >
                {heading.text}
              </button>
            </li>
          ))}
        </ol>
      )}
    </nav>
  );
}

function useHeadingInView(editor: Editor, headings: readonly OutlineHeading[]): number {
  const [active, setActive] = useState(0);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      let last = 0;
      headings.forEach(({ position }, index) => {
        const dom = editor.isDestroyed ? null : editor.view.nodeDOM(position);
        if (dom instanceof HTMLElement && dom.getBoundingClientRect().top < READING_LINE_PX) last = index;
      });
      setActive(last);
    };
    const lookSoon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    lookSoon();
    window.addEventListener('scroll', lookSoon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', lookSoon);
    };
  }, [editor, headings]);
  return active;
}

function prefersLessMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
