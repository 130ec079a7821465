import { useEffect, useRef, useState } from 'react';
import { placePopover } from './place-popover.ts';

/** Long enough not to appear under a pointer that is only passing. */
const HOVER_DELAY_MS = 450;

interface Shown {
  readonly anchor: HTMLElement;
  readonly text: string;
  readonly keys: string | undefined;
}

/**
 * The one tooltip of the page, for every element with `data-tooltip` (and `data-keys`). It only repeats what the element's
 * accessible name and description already say, so it stays out of the accessibility tree.
 */
export function TooltipLayer() {
  const ref = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Shown | null>(null);

  useEffect(() => watchForTooltips(setShown), []);

  useEffect(() => {
    const tip = ref.current;
    if (tip === null || shown === null) return;
    tip.showPopover();
    const view = { width: document.documentElement.clientWidth, height: window.innerHeight };
    const size = { width: tip.offsetWidth, height: tip.offsetHeight };
    const { left, top } = placePopover(shown.anchor.getBoundingClientRect(), size, view, 'center');
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
    return () => tip.hidePopover();
  }, [shown]);

  return (
    <div ref={ref} popover="manual" className="tooltip" aria-hidden="true">
      {shown?.text}
      {shown?.keys !== undefined && <kbd>{shown.keys}</kbd>}
    </div>
  );
}

function watchForTooltips(show: (shown: Shown | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: HTMLElement | null = null;
  const stop = new AbortController();
  const { signal } = stop;

  function leave(): void {
    clearTimeout(timer);
    current = null;
    show(null);
  }
  function enter(target: EventTarget | null, delayMs: number): void {
    const anchor = target instanceof Element ? target.closest<HTMLElement>('[data-tooltip]') : null;
    if (anchor === current) return;
    leave();
    const text = anchor?.dataset.tooltip;
    if (anchor === null || text === undefined || text === '') return;
    current = anchor;
    timer = setTimeout(() => {
      if (anchor.isConnected && anchor.ariaExpanded !== 'true') show({ anchor, text, keys: anchor.dataset.keys });
    }, delayMs);
  }

  document.addEventListener(
    'pointerover',
    (event) => {
      if (event.pointerType === 'mouse') enter(event.target, HOVER_DELAY_MS);
    },
    { signal },
  );
  document.addEventListener(
    'focusin',
    (event) => {
      const byKeyboard = event.target instanceof Element && event.target.matches(':focus-visible');
      enter(byKeyboard ? event.target : null, 0);
    },
    { signal },
  );
  document.addEventListener('pointerdown', leave, { signal });
  document.addEventListener('focusout', leave, { signal });
  document.addEventListener('scroll', leave, { signal, capture: true });
  document.addEventListener('keydown', (event) => event.key === 'Escape' && leave(), { signal, capture: true });
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}
