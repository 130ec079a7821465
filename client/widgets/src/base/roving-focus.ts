/**
 * One stop for Tab in a toolbar, arrows within it: the pattern that people who use keys know. Escape goes where `onLeave` says.
 *
 * @param itemsOf what can be reached, in order; it may be other items every time
 */
export function roveFocus(toolbar: HTMLElement, itemsOf: () => readonly HTMLElement[], onLeave: () => void): void {
  toolbar.addEventListener('focusin', ({ target }) => {
    const items = itemsOf();
    if (items.includes(target as HTMLElement)) makeStop(items, target as HTMLElement);
  });
  toolbar.addEventListener('keydown', (event) => {
    const items = itemsOf();
    const at = items.indexOf(event.target as HTMLElement);
    if (at === -1) return;
    if (event.key === 'Escape') {
      onLeave();
      return;
    }
    // A list of choices takes the arrows up and down for itself.
    const isTaken = event.target instanceof HTMLSelectElement && (event.key === 'ArrowUp' || event.key === 'ArrowDown');
    const next = isTaken ? undefined : nextItem(event.key, items, at);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  const items = itemsOf();
  const [first] = items;
  if (first !== undefined) makeStop(items, first);
}

function nextItem(key: string, items: readonly HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return items[(at + 1) % items.length];
    case 'ArrowLeft':
    case 'ArrowUp':
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
  for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}
