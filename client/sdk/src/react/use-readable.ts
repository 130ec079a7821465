import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Readable } from '../readable.ts';
import type { IsEqual, Select } from './hook-arguments.ts';

/**
 * A value of the SDK that changes (`room.saved`, `room.presence.viewers`), or a part of it: the component is rendered when
 * that changes.
 *
 * @example
 * const viewers = useReadable(room.presence.viewers);
 * const names = useReadable(room.presence.people, (people) => people.map(({ name }) => name), isShallowEqual);
 */
export function useReadable<T>(readable: Readable<T>): T;
export function useReadable<T, S>(readable: Readable<T>, select: Select<T, S>, isEqual?: IsEqual<S>): S;
export function useReadable<T, S>(
  readable: Readable<T>,
  select: Select<T, T | S> = itself,
  isEqual?: IsEqual<T | S>,
): T | S {
  const get = useCallback(() => readable.get(), [readable]);
  return useSelected(readable, get, select, isEqual);
}

/**
 * @param readable null while there is none, as always on a server
 * @param before what to show instead of it, and where a page that a server rendered comes to life
 */
export function useSelected<T, S>(
  readable: Readable<T> | null,
  before: () => T,
  select: Select<T, S>,
  isEqual: IsEqual<S> = Object.is,
): S {
  const shown = useRef<{ readonly selected: S } | null>(null);
  const subscribe = useCallback(
    (changed: () => void) => (readable === null ? () => {} : readable.subscribe(changed)),
    [readable],
  );
  const [get, getBefore] = useMemo(() => {
    const memoized = (read: () => T) => {
      let last: { readonly of: T; readonly selected: S } | null = null;
      return () => {
        const value = read();
        if (last !== null && Object.is(last.of, value)) return last.selected;
        const selected = select(value);
        // A selector that is written where it is used is another function in every render: what is on the screen counts.
        const former = last ?? shown.current;
        const isSame = former !== null && (Object.is(former.selected, selected) || isEqual(former.selected, selected));
        last = { of: value, selected: isSame ? former.selected : selected };
        return last.selected;
      };
    };
    return [memoized(readable === null ? before : () => readable.get()), memoized(before)];
  }, [readable, before, select, isEqual]);
  const selected = useSyncExternalStore(subscribe, get, getBefore);
  useEffect(() => {
    shown.current = { selected };
  }, [selected]);
  return selected;
}

export function itself<T>(value: T): T {
  return value;
}
