const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

const appleNames: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };
const otherNames: Record<string, string> = { Mod: 'Ctrl', Shift: 'Shift', Alt: 'Alt' };

/** A shortcut as it is printed on this machine's keys: `Mod-Shift-8` is ⌘⇧8 or Ctrl+Shift+8. */
export function nameKeys(keys: string, apple = isApple): string {
  const names = keys.split('-').map((key) => (apple ? appleNames : otherNames)[key] ?? key.toUpperCase());
  return names.join(apple ? '' : '+');
}

/** The same for assistive technology, in the words of `aria-keyshortcuts`. */
export function ariaKeys(keys: string, apple = isApple): string {
  return keys
    .split('-')
    .map((key) => (key === 'Mod' ? (apple ? 'Meta' : 'Control') : key.length === 1 ? key.toUpperCase() : key))
    .join('+');
}
