import type { At } from './at.ts';
import type { Board, Ink, Pen } from './board.ts';
import { boxBetween } from './box.ts';
import { keepPace } from './keep-pace.ts';
import type { Picture } from './picture.ts';
import type { Drag, Selection } from './selection.ts';

/** What a hand does, from where it comes down until it is lifted. */
export interface Gesture {
  move(at: At, pressure: number): void;
  end(): void;
  /** It was meant otherwise: nothing of it stays. */
  cancel(): void;
}

const ERASER_RADIUS = 10;

export function draw(board: Board, picture: Picture, ink: Ink): Gesture {
  const pen: Pen = board.begin(ink);
  const pace = keepPace({ show: () => picture.showLive(pen.stroke), send: () => pen.flush() });
  return {
    move({ x, y }, pressure) {
      pen.add({ x, y, pressure });
      pace.moved();
    },
    end() {
      pace.stop();
      pen.end();
      picture.showLive(null);
    },
    cancel() {
      pace.stop();
      pen.discard();
      picture.showLive(null);
    },
  };
}

export function erase(board: Board, picture: Picture): Gesture {
  board.startStep();
  let last: At | null = null;
  return {
    move(at) {
      const touched = picture.touchedBy(last ?? at, at, ERASER_RADIUS);
      if (touched.size > 0) board.erase(touched);
      last = at;
    },
    end() {},
    cancel: () => board.unerase(),
  };
}

export interface SelectOptions {
  /** What is selected already stays so, and another press takes it out. */
  readonly isAdding: boolean;
  /** How far beside a stroke a press is still meant for it. */
  readonly reach: number;
}

/**
 * A press selects a stroke, and from there on moves what is selected; beside all of them it draws a frame around those that are
 * meant. As long as the hand has not moved, it was a press and nothing more.
 */
export function select(selection: Selection, picture: Picture, { isAdding, reach }: SelectOptions): Gesture {
  const before = selection.keys;
  let from: At | null = null;
  let drag: Drag | null = null;
  /** What a press that does not move selects in the end. */
  let pressed = before;
  let grip: 'strokes' | 'frame' = 'frame';
  let isMoving = false;

  const press = (at: At) => {
    const found = picture.find(at, reach);
    const isOnSelected = found === null ? selection.isAround(at, reach) : before.has(found);
    if (found === null) pressed = isAdding ? before : new Set();
    else if (!isAdding) pressed = new Set([found]);
    else pressed = isOnSelected ? new Set([...before].filter((key) => key !== found)) : new Set([...before, found]);
    grip = found !== null || isOnSelected ? 'strokes' : 'frame';
    // What was selected together is moved together; only a press that does not move picks one of them.
    if (!isOnSelected) selection.choose(pressed);
  };
  return {
    move(at) {
      if (from === null) {
        from = at;
        press(at);
        return;
      }
      const way = { x: at.x - from.x, y: at.y - from.y };
      isMoving ||= Math.hypot(way.x, way.y) > reach / 2;
      if (!isMoving) return;
      if (grip === 'strokes') {
        drag ??= selection.drag();
        drag.to(way);
      } else {
        const box = boxBetween(from, at);
        selection.frame(box);
        selection.choose(new Set([...(isAdding ? before : []), ...picture.within(box)]));
      }
    },
    end() {
      selection.frame(null);
      if (drag !== null) drag.end();
      else if (!isMoving) selection.choose(pressed);
    },
    cancel() {
      selection.frame(null);
      drag?.cancel();
      selection.choose(before);
    },
  };
}

/** What was under the hand stays there: as the view moves, so do the places of the board. */
export function pan(onPan: (dx: number, dy: number) => void): Gesture {
  let grip: At | null = null;
  return {
    move(at) {
      grip ??= at;
      onPan(grip.x - at.x, grip.y - at.y);
    },
    end() {},
    cancel() {},
  };
}
