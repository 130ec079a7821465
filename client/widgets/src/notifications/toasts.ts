import { h } from '../base/h.ts';
import type { Notice } from './notices.ts';

export interface Toasts {
  readonly element: HTMLElement;
  show(notice: Notice): void;
  dismiss(id: string): void;
  close(): void;
}

export interface ToastsOptions {
  /** What a toast shows of a notice, and how it is dismissed. */
  render(notice: Notice, dismiss: () => void): readonly (Node | string)[];
}

/** Who has not read one by then finds it in the list. */
const TOAST_LASTS_MS = 7_000;
/** More would hide the page; the oldest makes room. */
const MAX_TOASTS = 3;

interface Shown {
  readonly element: HTMLElement;
  end(): void;
}

/**
 * Says what is new at the edge of the page. It waits while somebody points at it or has the focus in it; errors wait until they
 * are dismissed. What matters interrupts a screen reader, anything else waits its turn.
 */
export function createToasts({ render }: ToastsOptions): Toasts {
  const polite = h('div', { role: 'status', 'aria-live': 'polite' });
  const assertive = h('div', { role: 'alert', 'aria-live': 'assertive' });
  const element = h('div', { class: 'toasts', part: 'toasts' }, polite, assertive);
  const shown = new Map<string, Shown>();

  const dismiss = (id: string) => {
    const toast = shown.get(id);
    shown.delete(id);
    toast?.end();
    toast?.element.remove();
  };
  return {
    element,
    show(notice) {
      const { id, severity } = notice;
      if (shown.has(id)) return;
      const toast = h(
        'div',
        { class: 'toast', part: 'toast', 'data-severity': severity },
        ...render(notice, () => dismiss(id)),
      );
      const isUrgent = severity === 'error' || severity === 'warning';
      const end = severity === 'error' ? () => {} : letPass(toast, () => dismiss(id));
      shown.set(id, { element: toast, end });
      (isUrgent ? assertive : polite).append(toast);
      for (const old of [...shown.keys()].slice(0, -MAX_TOASTS)) dismiss(old);
    },
    dismiss,
    close() {
      for (const id of [...shown.keys()]) dismiss(id);
    },
  };
}

/** Calls `onPassed` once a toast has been there for its time with nobody at it; returns how to stop. */
function letPass(toast: HTMLElement, onPassed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(onPassed, TOAST_LASTS_MS);
  };
  const stay = () => clearTimeout(timer);
  for (const event of ['pointerenter', 'focusin']) toast.addEventListener(event, stay);
  for (const event of ['pointerleave', 'focusout']) toast.addEventListener(event, wait);
  wait();
  return stay;
}
