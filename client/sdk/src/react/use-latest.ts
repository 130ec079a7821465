import { type RefObject, useInsertionEffect, useRef } from 'react';

/**
 * What the last render was given, for what runs later and should not begin anew for it. Written once a render is on the
 * screen: one that React throws away must not be heard.
 */
export function useLatest<T>(value: T): RefObject<T> {
  const latest = useRef(value);
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
