import {
  type MouseEvent,
  type RefObject,
  type ToggleEvent,
  useCallback,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { type Align, type Box, placePopover } from './place-popover.ts';

export interface Popover {
  /** Its content is wanted: from just before it appears until it has gone. */
  readonly open: boolean;
  /** It is on screen, so that something in it can take the focus. */
  readonly shown: boolean;
  readonly show: () => void;
  readonly close: () => void;
  readonly contentRef: RefObject<HTMLDivElement | null>;
  readonly triggerRef: RefObject<HTMLButtonElement | null>;
  /** For the button that opens it: the browser itself pairs the two, so that a second click closes. */
  readonly triggerProps: {
    popoverTarget: string;
    'aria-expanded': boolean;
    onClick: (event: MouseEvent<HTMLButtonElement>) => void;
  };
  readonly contentProps: {
    id: string;
    popover: 'auto';
    onBeforeToggle: (event: ToggleEvent<HTMLDivElement>) => void;
    onToggle: (event: ToggleEvent<HTMLDivElement>) => void;
  };
}

/** A native popover (top layer, Escape and click outside for free), placed beside its button or `anchor`. */
export function usePopover(options: { align?: Align; anchor?: () => Box | null } = {}): Popover {
  const id = useId();
  const contentRef = useRef<HTMLDivElement>(null);
  const triggerRef = useRef<HTMLButtonElement>(null);
  const [phase, setPhase] = useState<'closed' | 'opening' | 'shown' | 'closing'>('closed');
  const open = phase !== 'closed';
  const placing = useRef(options);
  placing.current = options;

  useLayoutEffect(() => {
    if (!open) return;
    const place = () => {
      const content = contentRef.current;
      const anchor = placing.current.anchor?.() ?? triggerRef.current?.getBoundingClientRect();
      if (content === null || anchor === undefined) return;
      const { offsetWidth: width, offsetHeight: height } = content;
      const view = { width: document.documentElement.clientWidth, height: window.innerHeight };
      const { left, top } = placePopover(anchor, { width, height }, view, placing.current.align ?? 'start');
      content.style.left = `${left}px`;
      content.style.top = `${top}px`;
    };
    // Once it is shown and whenever its content changes: before that it has no size to place.
    const sizes = new ResizeObserver(place);
    if (contentRef.current !== null) sizes.observe(contentRef.current);
    window.addEventListener('resize', place);
    window.addEventListener('scroll', place, true);
    return () => {
      sizes.disconnect();
      window.removeEventListener('resize', place);
      window.removeEventListener('scroll', place, true);
    };
  }, [open]);

  // Told in the moment itself; what comes after it is told a moment later, and not at all of a popover that was closed and
  // opened again meanwhile.
  const prepare = useCallback((event: ToggleEvent<HTMLDivElement>) => {
    if (event.target === event.currentTarget) setPhase(event.newState === 'open' ? 'opening' : 'closing');
  }, []);
  // The content stays until the popover has closed: taken away earlier, the focus in it would go nowhere.
  const follow = useCallback((event: ToggleEvent<HTMLDivElement>) => {
    if (event.target === event.currentTarget) setPhase(event.newState === 'open' ? 'shown' : 'closed');
  }, []);

  const show = useCallback(() => {
    // With its button the popover keeps its place behind it in the order of Tab, as when the browser opens it.
    const source = triggerRef.current;
    contentRef.current?.showPopover(source === null ? {} : { source });
    setPhase('shown');
  }, []);
  const close = useCallback(() => contentRef.current?.hidePopover(), []);
  const click = useCallback(
    (event: MouseEvent<HTMLButtonElement>) => {
      // By keyboard: at once, since the browser tells of what it opened itself a moment later, and keys that come before
      // that would go to the button.
      if (event.detail !== 0) return;
      event.preventDefault();
      if (contentRef.current?.matches(':popover-open') === true) close();
      else show();
    },
    [show, close],
  );

  return {
    open,
    shown: phase === 'shown',
    show,
    close,
    contentRef,
    triggerRef,
    triggerProps: { popoverTarget: id, 'aria-expanded': open, onClick: click },
    contentProps: { id, popover: 'auto', onBeforeToggle: prepare, onToggle: follow },
  };
}
