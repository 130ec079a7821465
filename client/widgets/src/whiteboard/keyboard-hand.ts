import { svg } from '../base/h.ts';
import type { At } from './at.ts';
import type { Gesture } from './gestures.ts';
import { BOARD_HEIGHT, BOARD_WIDTH, middleOf, type View } from './view.ts';

/** `ready`: Enter takes the pen. `lifted`, `down`: the arrow keys move it, Space puts it down or lifts it, Escape lays it aside. */
export type KeyboardHandState = 'ready' | 'lifted' | 'down';

export interface KeyboardHandOptions {
  readView(): View;
  /** Whether there is something to take: a pen, or an eraser. */
  mayBegin(): boolean;
  begin(): Gesture;
  /** It is there now; null: laid aside. */
  onPoint(at: At | null): void;
  onState(state: KeyboardHandState): void;
}

export interface KeyboardHand {
  /** Shows where it is, in the board's units. */
  readonly element: SVGElement;
  readonly state: KeyboardHandState;
  /** @returns whether the key does anything */
  press(event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): boolean;
  /** The board is shown otherwise now. */
  arrange(): void;
  /** What was begun is done, and the pen is laid aside. */
  rest(): void;
}

/** In units of the board as it is shown: a stroke is placed to the nearest hundredth of its width, and crosses it in ten steps. */
export const FINE_STEP = 16;
export const LONG_STEP = 160;
/** Nobody presses a key harder. */
const PRESSURE = 0.5;

const directions: Readonly<Record<string, At>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Draws and erases with keys. */
export function createKeyboardHand({ readView, mayBegin, begin, onPoint, onState }: KeyboardHandOptions): KeyboardHand {
  const cross = 'M-24,0H24M0,-24V24';
  const element = svg('g', { class: 'cross' }, svg('path', { class: 'halo', d: cross }), svg('path', { d: cross }));
  let held: { at: At; gesture: Gesture | null } | null = null;

  const state = (): KeyboardHandState => {
    if (held === null) return 'ready';
    return held.gesture === null ? 'lifted' : 'down';
  };
  const arrange = () => {
    element.toggleAttribute('data-held', held !== null);
    if (held === null) return;
    const { x, y } = held.at;
    element.setAttribute('transform', `translate(${x} ${y}) scale(${1 / readView().zoom})`);
  };
  const rest = () => {
    if (held === null) return;
    const { gesture } = held;
    held = null;
    gesture?.end();
    arrange();
    onPoint(null);
    onState('ready');
  };
  const take = () => {
    held = { at: middleOf(readView()), gesture: null };
    arrange();
    onPoint(held.at);
    onState('lifted');
  };
  const turn = (hand: NonNullable<typeof held>) => {
    if (hand.gesture === null) {
      hand.gesture = begin();
      hand.gesture.move(hand.at, PRESSURE);
    } else {
      hand.gesture.end();
      hand.gesture = null;
    }
    onState(state());
  };
  const move = (hand: NonNullable<typeof held>, { x, y }: At, isLong: boolean) => {
    const step = (isLong ? LONG_STEP : FINE_STEP) / readView().zoom;
    hand.at = {
      x: Math.min(Math.max(hand.at.x + x * step, 0), BOARD_WIDTH),
      y: Math.min(Math.max(hand.at.y + y * step, 0), BOARD_HEIGHT),
    };
    hand.gesture?.move(hand.at, PRESSURE);
    onPoint(hand.at);
    arrange();
  };

  return {
    element,
    get state() {
      return state();
    },
    press({ key, shiftKey }) {
      if (held === null) {
        if (key !== 'Enter' || !mayBegin()) return false;
        take();
        return true;
      }
      const direction = directions[key];
      if (direction !== undefined) move(held, direction, shiftKey);
      else if (key === ' ' || key === 'Enter') turn(held);
      else if (key === 'Escape') rest();
      else return false;
      return true;
    },
    arrange,
    rest,
  };
}
