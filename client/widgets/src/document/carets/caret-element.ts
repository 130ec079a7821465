import { safeColor } from '../../base/presence-colors.ts';

const MAX_LABEL_LENGTH = 40;
const EDGE_PX = 8;

/** Somebody else's caret with their name. Hidden from screen readers, for whom it would be part of the sentence. */
export function createCaretElement(
  user: { name?: unknown; color?: unknown },
  clientId: number,
  part: string | null,
): HTMLElement {
  const caret = document.createElement('span');
  caret.className = 'collaboration-carets__caret';
  if (part !== null) caret.setAttribute('part', part);
  caret.dataset.client = String(clientId);
  caret.style.setProperty('--person', safeColor(user.color));
  caret.ariaHidden = 'true';
  const label = document.createElement('span');
  label.className = 'collaboration-carets__label';
  label.textContent = String(user.name ?? '').slice(0, MAX_LABEL_LENGTH);
  caret.append(label);
  return caret;
}

export function findCarets(root: ParentNode, clientId: number): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(`.collaboration-carets__caret[data-client="${clientId}"]`)];
}

/** Turns the name to the other side where it would leave the page at the right. */
export function flipAtEdge(caret: HTMLElement, page: Element): void {
  caret.classList.remove('is-flipped');
  const label = caret.firstElementChild;
  if (label === null) return;
  const right = Math.min(page.getBoundingClientRect().right, document.documentElement.clientWidth - EDGE_PX);
  caret.classList.toggle('is-flipped', label.getBoundingClientRect().right > right);
}
