import { type RefObject, useEffect, useState } from 'react';

/** A screen ahead, so that what is scrolled to is there by then. */
const AHEAD = '100% 0px';

/** Whether an element has come near the part of the page that is seen; from then on it stays true. */
export function useNear(ref: RefObject<Element | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (isNear || ref.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref, isNear]);
  return isNear;
}
