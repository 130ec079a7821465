import { h } from '../base/h.ts';
import { roveFocus } from '../base/roving-focus.ts';
import { arrow, bin, corners, eraser, hand, minus, pen, plus, redoArrow, undoArrow } from '../parts/icons.ts';
import { ZOOM_STEP } from './view.ts';
import type { whiteboardWords } from './words.ts';

export type Tool = 'pen' | 'eraser' | 'select' | 'hand';

export interface ToolState {
  readonly tool: Tool;
  readonly color: string;
  readonly size: number;
}

type WordKey = keyof typeof whiteboardWords;

export const colors: readonly { readonly word: WordKey; readonly value: string }[] = [
  { word: 'black', value: '#182220' },
  { word: 'red', value: '#b3261e' },
  { word: 'orange', value: '#b85c00' },
  { word: 'green', value: '#17754f' },
  { word: 'blue', value: '#0f67b8' },
  { word: 'violet', value: '#7c3aed' },
];

export const sizes: readonly { readonly word: WordKey; readonly value: number; readonly dotPx: number }[] = [
  { word: 'thin', value: 5, dotPx: 4 },
  { word: 'medium', value: 10, dotPx: 8 },
  { word: 'thick', value: 20, dotPx: 14 },
];

export interface ToolsOptions {
  word(key: WordKey): string;
  onChange(state: Partial<ToolState>): void;
  onUndo(): void;
  onRedo(): void;
  onRemove(): void;
  /** @param factor how much nearer; null shows the whole board */
  onZoom(factor: number | null): void;
  /** Back to the board, by a key. */
  onLeave(): void;
}

export interface Tools {
  readonly element: HTMLElement;
  show(
    state: ToolState & {
      readonly canDraw: boolean;
      readonly canUndo: boolean;
      readonly canRedo: boolean;
      readonly canRemove: boolean;
      readonly zoom: number;
    },
  ): void;
}

/** One stop of the tab key: within it the arrow keys go from tool to tool, as in every toolbar. */
export function createTools({ word, onChange, onUndo, onRedo, onRemove, onZoom, onLeave }: ToolsOptions): Tools {
  const button = (key: WordKey, picture: Node, onclick: () => void, more: Readonly<Record<string, string>> = {}) =>
    h('button', { type: 'button', 'aria-label': word(key), title: word(key), onclick, ...more }, picture);

  const toolButtons = new Map<Tool, HTMLButtonElement>([
    ['pen', button('pen', pen(), () => onChange({ tool: 'pen' }))],
    ['eraser', button('eraser', eraser(), () => onChange({ tool: 'eraser' }))],
    ['select', button('select', arrow(), () => onChange({ tool: 'select' }))],
    ['hand', button('hand', hand(), () => onChange({ tool: 'hand' }))],
  ]);
  const colorButtons = new Map(
    colors.map(({ word: key, value }) => {
      const swatch = h('span', { class: 'swatch' });
      swatch.style.setProperty('--ink', value);
      const choose = () => onChange({ color: value, tool: 'pen' });
      return [value, button(key, swatch, choose, { class: 'color', role: 'radio', part: 'color' })] as const;
    }),
  );
  const sizeButtons = new Map(
    sizes.map(({ word: key, value, dotPx }) => {
      const dot = h('span', { class: 'dot' });
      dot.style.setProperty('--size', `${dotPx}px`);
      return [value, button(key, dot, () => onChange({ size: value }), { role: 'radio' })] as const;
    }),
  );
  const undo = button('undo', undoArrow(), onUndo);
  const redo = button('redo', redoArrow(), onRedo);
  const remove = button('remove', bin(), onRemove);
  const zoomIn = button('zoomIn', plus(), () => onZoom(ZOOM_STEP));
  const zoomOut = button('zoomOut', minus(), () => onZoom(1 / ZOOM_STEP));
  const whole = button('whole', corners(), () => onZoom(null));

  const element = h(
    'div',
    { class: 'toolbar', part: 'toolbar', role: 'toolbar', 'aria-label': word('tools') },
    h('div', { class: 'set' }, ...toolButtons.values()),
    h('div', { class: 'set', role: 'radiogroup', 'aria-label': word('colors') }, ...colorButtons.values()),
    h('div', { class: 'set', role: 'radiogroup', 'aria-label': word('sizes') }, ...sizeButtons.values()),
    h('div', { class: 'set' }, undo, redo, remove),
    h('div', { class: 'set' }, zoomOut, whole, zoomIn),
  );
  const drawing = [
    toolButtons.get('pen'),
    toolButtons.get('eraser'),
    toolButtons.get('select'),
    ...colorButtons.values(),
    ...sizeButtons.values(),
  ];
  const buttons = [...element.querySelectorAll('button')];
  roveFocus(element, () => buttons, onLeave);
  // What is disabled does nothing, whoever presses it.
  element.addEventListener(
    'click',
    (event) => {
      const pressed = (event.target as Element).closest('button');
      if (pressed?.getAttribute('aria-disabled') === 'true') event.stopImmediatePropagation();
    },
    { capture: true },
  );

  return {
    element,
    show({ tool, color, size, canDraw, canUndo, canRedo, canRemove, zoom }) {
      for (const [key, each] of toolButtons) each.setAttribute('aria-pressed', String(key === tool));
      for (const [key, each] of colorButtons) each.setAttribute('aria-checked', String(key === color));
      for (const [key, each] of sizeButtons) each.setAttribute('aria-checked', String(key === size));
      for (const each of drawing) setDisabled(each, !canDraw);
      setDisabled(undo, !canUndo);
      setDisabled(redo, !canRedo);
      setDisabled(remove, !canRemove);
      setDisabled(zoomOut, zoom <= 1);
      setDisabled(whole, zoom <= 1);
    },
  };
}

/** Not `disabled`: a button that loses the focus because it has been pressed takes the keyboard's place in the page with it. */
function setDisabled(button: HTMLButtonElement | undefined, isDisabled: boolean): void {
  button?.setAttribute('aria-disabled', String(isDisabled));
}
