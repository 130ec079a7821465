/** How things of a list become children of an element. */
export interface KeyedListOptions<T, E extends Element> {
  keyOf(item: T): string;
  create(item: T): E;
  /** Called for every item each time: what has not changed is to be left as it is. */
  update?(element: E, item: T, index: number): void;
}

/**
 * Shows a list as the children of `parent`, which has no others. An item that stays keeps its element, with its focus, what was typed
 * in it and its place in what a screen reader has read already.
 */
export function createKeyedList<T, E extends Element>(
  parent: Element,
  { keyOf, create, update }: KeyedListOptions<T, E>,
): (items: readonly T[]) => void {
  const elements = new Map<string, E>();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, element] of elements) {
      if (keys.has(key)) continue;
      element.remove();
      elements.delete(key);
    }
    items.forEach((item, index) => {
      const key = keyOf(item);
      const element = elements.get(key) ?? create(item);
      elements.set(key, element);
      update?.(element, item, index);
      const there = parent.children[index];
      if (there !== element) parent.insertBefore(element, there ?? null);
    });
  };
}
