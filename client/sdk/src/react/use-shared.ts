import { useCallback, useMemo } from 'react';
import type { Room } from '../api.ts';
import { derive, keepEqual } from '../derive.ts';
import { QuireError } from '../errors.ts';
import type { Readable } from '../readable.ts';
import { type IsEqual, type Select, type Selection, useArguments } from './hook-arguments.ts';
import {
  arrayKind,
  mapKind,
  type SharedArray,
  type SharedKind,
  type SharedMap,
  type SharedText,
  type SharedType,
  textKind,
} from './shared-types.ts';
import { itself, useSelected } from './use-readable.ts';

/**
 * The text of this name in the document, and how to change it. It is null until there is content to show: an empty text
 * would be a lie (G3). For a field that people type in there is {@link useTextField}.
 *
 * @example
 * const [notes, { push }] = useSharedText('notes');
 * const [length] = useSharedText('notes', (text) => text.length);
 */
export function useSharedText(name: string): readonly [text: string | null, verbs: SharedText];
export function useSharedText(room: Room | null, name: string): readonly [text: string | null, verbs: SharedText];
export function useSharedText<S>(
  name: string,
  select: Select<string, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S | null, verbs: SharedText];
export function useSharedText<S>(
  room: Room | null,
  name: string,
  select: Select<string, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S | null, verbs: SharedText];
export function useSharedText(...given: readonly unknown[]): readonly [unknown, SharedText] {
  return useShared('useSharedText', given, textKind);
}

/**
 * The map of this name in the document as an object, and how to change it. It is null until there is content to show.
 * Values are JSON; what was not written by this page may be of any other type than `Fields` says.
 *
 * @example
 * const [poll, { set }] = useSharedMap<{ question: string; isOpen: boolean }>('poll');
 * <button onClick={() => set('isOpen', false)}>Close</button>
 */
export function useSharedMap<Fields extends object = Record<string, unknown>>(
  name: string,
): readonly [fields: Readonly<Partial<Fields>> | null, verbs: SharedMap<Fields>];
export function useSharedMap<Fields extends object = Record<string, unknown>>(
  room: Room | null,
  name: string,
): readonly [fields: Readonly<Partial<Fields>> | null, verbs: SharedMap<Fields>];
export function useSharedMap<S, Fields extends object = Record<string, unknown>>(
  name: string,
  select: Select<Readonly<Partial<Fields>>, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S | null, verbs: SharedMap<Fields>];
export function useSharedMap<S, Fields extends object = Record<string, unknown>>(
  room: Room | null,
  name: string,
  select: Select<Readonly<Partial<Fields>>, S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S | null, verbs: SharedMap<Fields>];
export function useSharedMap(...given: readonly unknown[]): readonly [unknown, SharedMap<Record<string, unknown>>] {
  return useShared('useSharedMap', given, mapKind);
}

/**
 * The array of this name in the document, and how to change it. It is null until there is content to show. Items are JSON;
 * one that has not changed is the same object as before.
 *
 * @example
 * const [todos, { push, delete: remove }] = useSharedArray<{ text: string }>('todos');
 * <button onClick={() => push({ text: 'Buy milk' })}>Add</button>
 */
export function useSharedArray<Item = unknown>(
  name: string,
): readonly [items: readonly Item[] | null, verbs: SharedArray<Item>];
export function useSharedArray<Item = unknown>(
  room: Room | null,
  name: string,
): readonly [items: readonly Item[] | null, verbs: SharedArray<Item>];
export function useSharedArray<S, Item = unknown>(
  name: string,
  select: Select<readonly Item[], S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S | null, verbs: SharedArray<Item>];
export function useSharedArray<S, Item = unknown>(
  room: Room | null,
  name: string,
  select: Select<readonly Item[], S>,
  isEqual?: IsEqual<S>,
): readonly [selected: S | null, verbs: SharedArray<Item>];
export function useSharedArray(...given: readonly unknown[]): readonly [unknown, SharedArray<unknown>] {
  return useShared('useSharedArray', given, arrayKind);
}

const readNothing = () => null;

function useShared<Type extends SharedType, T, Verbs>(
  hook: string,
  given: readonly unknown[],
  kind: SharedKind<Type, T, Verbs>,
): readonly [unknown, Verbs] {
  const [room, name, select = itself, isEqual = Object.is] = useArguments<[name: string, ...Selection<T>]>(hook, given);
  const content = useMemo(() => (room === null ? null : contentOf(room, name, kind)), [room, name, kind]);
  const selectLoaded = useCallback((value: T | null) => (value === null ? null : select(value)), [select]);
  const isLoadedEqual: IsEqual<unknown> = useCallback(
    (one, other) => one !== null && other !== null && isEqual(one, other),
    [isEqual],
  );
  const selected = useSelected(content, readNothing, selectLoaded, isLoadedEqual);
  const verbs = useMemo(
    () =>
      kind.write(() => {
        if (room !== null) return kind.find(room.doc, name);
        throw new QuireError(
          'room-closed',
          `“${name}” can’t be changed: its room opens when the component is mounted, so change it in a handler, not while rendering.`,
        );
      }),
    [room, name, kind],
  );
  return [selected, verbs];
}

/** Null until there is content to show. */
function contentOf<Type extends SharedType, T, Verbs>(
  { doc, status }: Room,
  name: string,
  kind: SharedKind<Type, T, Verbs>,
): Readable<T | null> {
  const type = kind.find(doc, name);
  const isLoaded = () => status.get().loaded;
  return derive<T | null>({
    watch(changed) {
      let wasLoaded = isLoaded();
      // A status is told with every key; whether there is content changes once.
      const stopStatus = status.subscribe(({ loaded }) => {
        if (loaded === wasLoaded) return;
        wasLoaded = loaded;
        changed();
      });
      type.observeDeep(changed);
      return () => {
        stopStatus();
        type.unobserveDeep(changed);
      };
    },
    read: (before) => (isLoaded() ? keepEqual(before, kind.read(type)) : null),
  });
}
