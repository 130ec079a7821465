/** Whether somebody sees the end of a log right now. */
export interface Attention {
  readonly isOnEnd: boolean;
  /** The log is scrolled to its end, whether somebody sees it or not. */
  readonly isAtEnd: boolean;
  scrollToEnd(): void;
  close(): void;
}

/** The last line is read even if not the whole of its edge is shown. */
const NEAR_PX = 24;

/**
 * A log is looked at while it is on the screen, scrolled to its end, and its page is the one that somebody is in, or points at.
 *
 * @param onLook called when they may have begun to look
 */
export function watchAttention(log: HTMLElement, onLook: () => void): Attention {
  const end = new AbortController();
  const options = { signal: end.signal, passive: true };
  let isOnScreen = false;
  let isPointedAt = false;

  const onScreen = new IntersectionObserver((entries) => {
    isOnScreen = entries.at(-1)?.isIntersecting === true;
    onLook();
  });
  onScreen.observe(log);
  const point = (is: boolean) => () => {
    isPointedAt = is;
    onLook();
  };
  log.addEventListener('scroll', onLook, options);
  log.addEventListener('pointerenter', point(true), options);
  log.addEventListener('pointerleave', point(false), options);
  window.addEventListener('focus', onLook, options);
  document.addEventListener('visibilitychange', onLook, options);

  const isAtEnd = () => log.scrollHeight - log.clientHeight - log.scrollTop <= NEAR_PX;
  return {
    get isOnEnd() {
      return isAtEnd() && isOnScreen && document.visibilityState === 'visible' && (document.hasFocus() || isPointedAt);
    },
    get isAtEnd() {
      return isAtEnd();
    },
    scrollToEnd() {
      log.scrollTop = log.scrollHeight;
    },
    close() {
      end.abort();
      onScreen.disconnect();
    },
  };
}
