import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect } from 'react';

function itemsOf(toolbar: HTMLElement): HTMLElement[] {
  return [...toolbar.querySelectorAll<HTMLElement>(':scope > div > button, :scope > button')];
}

/** One stop for Tab, arrows within: the pattern for toolbars. Escape goes where `onLeave` says. */
export function useRovingFocus(ref: RefObject<HTMLElement | null>, onLeave: () => void) {
  useEffect(() => {
    if (ref.current === null) return;
    const items = itemsOf(ref.current);
    const current = items.find((item) => item.tabIndex === 0 && item.hasAttribute('data-stop')) ?? items[0];
    if (current !== undefined) makeStop(items, current);
  });

  return {
    onFocus(event: FocusEvent<HTMLElement>) {
      const items = itemsOf(event.currentTarget);
      if (items.includes(event.target)) makeStop(items, event.target);
    },
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      const items = itemsOf(event.currentTarget);
      const at = items.indexOf(event.target as HTMLElement);
      if (at === -1) return;
      if (event.key === 'Escape') return onLeave();
      const next = nextItem(event.key, items, at);
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    },
  };
}

function nextItem(key: string, items: readonly HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowRight':
      return items[(at + 1) % items.length];
    case 'ArrowLeft':
      return items.at(at - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default:
      return undefined;
  }
}

function makeStop(items: readonly HTMLElement[], stop: HTMLElement): void {
  for (const item of items) {
    item.tabIndex = item === stop ? 0 : -1;
    item.toggleAttribute('data-stop', item === stop);
  }
}
