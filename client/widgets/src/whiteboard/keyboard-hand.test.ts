// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import type { At } from './at.ts';
import type { Gesture } from './gestures.ts';
import { createKeyboardHand, type KeyboardHand, type KeyboardHandState } from './keyboard-hand.ts';
import { type View, wholeBoard } from './view.ts';

let view: View;
let hasTool: boolean;
let hand: KeyboardHand;
/** Of each gesture, where it went, and that it was ended. */
let gestures: { readonly way: [number, number][]; isDone: boolean }[];
let points: (At | null)[];
let states: KeyboardHandState[];

function begin(): Gesture {
  const gesture: (typeof gestures)[number] = { way: [], isDone: false };
  gestures.push(gesture);
  return {
    move: ({ x, y }) => gesture.way.push([x, y]),
    end() {
      gesture.isDone = true;
    },
    cancel() {},
  };
}

function press(...keys: readonly string[]): boolean[] {
  return keys.map((key) => hand.press({ key: key.replace('Shift+', ''), shiftKey: key.startsWith('Shift+') }));
}

beforeEach(() => {
  [view, hasTool, gestures, points, states] = [wholeBoard, true, [], [], []];
  hand = createKeyboardHand({
    readView: () => view,
    mayBegin: () => hasTool,
    begin,
    onPoint: (at) => points.push(at),
    onState: (state) => states.push(state),
  });
});

describe('a hand on the keyboard', () => {
  test('takes the pen in the middle of what is shown, and draws from where it comes down to where it is lifted', () => {
    press('Enter', 'ArrowRight', ' ', 'ArrowRight', 'Shift+ArrowDown', ' ', 'ArrowLeft');
    expect(gestures).toEqual([
      {
        way: [
          [816, 500],
          [832, 500],
          [832, 660],
        ],
        isDone: true,
      },
    ]);
    expect(states).toEqual(['lifted', 'down', 'lifted']);
    expect(points.at(-1)).toEqual({ x: 816, y: 660 });
  });

  test('moves as far on the screen, however near the board is, and never off it', () => {
    view = { x: 1_200, y: 750, zoom: 4 };
    press('Enter', 'ArrowRight', ' ', ...Array<string>(20).fill('Shift+ArrowRight'));
    expect(gestures[0]?.way.slice(0, 2)).toEqual([
      [1_404, 875],
      [1_444, 875],
    ]);
    expect(gestures[0]?.way.at(-1)).toEqual([1_600, 875]);
  });

  test('that lays the pen aside, or goes elsewhere, has done what it had begun', () => {
    for (const leave of [() => press('Escape'), () => hand.rest()]) {
      press('Enter', ' ');
      leave();
      expect([gestures.at(-1)?.isDone, hand.state, points.at(-1)]).toEqual([true, 'ready', null]);
    }
    const before = states.length;
    hand.rest();
    expect(states).toHaveLength(before);
  });

  test('leaves to others the keys that are not for it', () => {
    expect(press('ArrowLeft', ' ', 'Escape')).toEqual([false, false, false]);
    hasTool = false;
    expect(press('Enter')).toEqual([false]);
    hasTool = true;
    expect(press('Enter', '+', '0', 'Tab')).toEqual([true, false, false, false]);
  });
});
