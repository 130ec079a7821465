import type { Board } from './board.ts';
import type { Selection } from './selection.ts';

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * Selects, moves and deletes strokes with keys: for whoever has no hand for it, or does not see the board.
 *
 * @param step how far an arrow moves what is selected, in the board's units
 * @returns whether the key does anything
 */
export function pressOnSelection(
  selection: Selection,
  board: Pick<Board, 'strokes'>,
  { key, shiftKey, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>,
  step: number,
): boolean {
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() !== 'a') return false;
    selection.choose(new Set(board.strokes()));
    return true;
  }
  if (key === 'Enter') {
    selection.goOn(shiftKey ? -1 : 1);
    return true;
  }
  if (selection.keys.size === 0) return false;
  const direction = directions[key];
  if (direction !== undefined) selection.nudge(direction[0] * step, direction[1] * step);
  else if (key === 'Delete' || key === 'Backspace') selection.remove();
  else if (key === 'Escape') selection.choose(new Set());
  else return false;
  return true;
}
