import { expect, test } from 'vitest';
import { ariaKeys, nameKeys } from './key-names.ts';

test('a shortcut is named by what is printed on the keys', () => {
  expect(nameKeys('Mod-Shift-8', true)).toBe('⌘⇧8');
  expect(nameKeys('Mod-Alt-1', false)).toBe('Ctrl+Alt+1');
  expect(nameKeys('Mod-b', false)).toBe('Ctrl+B');
  expect(ariaKeys('Mod-Shift-x', false)).toBe('Control+Shift+X');
  expect(ariaKeys('Mod-k', true)).toBe('Meta+K');
});
