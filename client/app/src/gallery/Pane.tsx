import { useReadable } from '@quire/client/react';
import { X } from 'lucide-react';
import { type RefObject, useEffect, useMemo, useState } from 'react';
import { applyTheme, theme } from '../theme/theme.ts';
import { Avatar } from '../ui/Avatar.tsx';
import paneStyles from './pane.css?url';
import { type Example, writePanePage } from './pane-page.ts';

interface PaneProps {
  /** What runs in it; null as long as nothing is to. */
  readonly example: Example | null;
  readonly person: Example['person'];
  /** What is shown in it. */
  readonly title: string;
  readonly frame: RefObject<HTMLIFrameElement | null>;
}

/**
 * Somebody's page. A frame, because elements of one page that name the same document share one connection and are one
 * person; and of our own origin, so that it is let in as this page is, and the buttons beside it reach the elements in it.
 */
export function Pane({ example, person, title, frame }: PaneProps) {
  const [isOpen, setOpen] = useState(true);
  const chosenTheme = useReadable(theme);
  const page = useMemo(() => (example === null ? null : writePanePage(example, paneStyles)), [example]);

  function paint(): void {
    // A frame that has just been made has a document without anything in it.
    const root: HTMLElement | null | undefined = frame.current?.contentDocument?.documentElement;
    if (root !== null && root !== undefined) applyTheme(chosenTheme, root);
  }
  useEffect(paint);

  return (
    <figure className="pane">
      <figcaption>
        <Avatar name={person.name} color={person.color} />
        <span className="pane-name">{person.name}</span>
        {isOpen && (
          <button
            type="button"
            className="icon-button pane-close"
            aria-label={`Close ${person.name}’s page: ${title}`}
            data-tooltip="Close this page"
            onClick={() => setOpen(false)}
          >
            <X aria-hidden />
          </button>
        )}
      </figcaption>
      <div className="pane-page">
        {!isOpen && (
          <p className="pane-closed">
            <span>{person.name} has left.</span>
            <button type="button" className="button" onClick={() => setOpen(true)}>
              Open again
            </button>
          </p>
        )}
        {isOpen && page !== null && (
          <iframe ref={frame} title={`${person.name}’s page: ${title}`} srcDoc={page} onLoad={paint} />
        )}
      </div>
    </figure>
  );
}
