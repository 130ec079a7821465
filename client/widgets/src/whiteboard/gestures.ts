import type { Board, Ink, Pen } from './board.ts';
import type { Picture } from './picture.ts';

/** In the board's units. */
export interface At {
  readonly x: number;
  readonly y: number;
}

/** What a hand does, from where it comes down until it is lifted. */
export interface Gesture {
  move(at: At, pressure: number): void;
  end(): void;
  /** It was meant otherwise: nothing of it stays. */
  cancel(): void;
}

/** What is drawn goes to others so often: a line that grows, and a few edits a second. */
const SEND_EVERY_MS = 60;
const ERASER_RADIUS = 10;

export function draw(board: Board, picture: Picture, ink: Ink): Gesture {
  const pen: Pen = board.begin(ink);
  const sending = setInterval(() => pen.flush(), SEND_EVERY_MS);
  let frame: number | null = null;
  const show = () => {
    frame = null;
    picture.showLive(pen.stroke);
  };
  const lift = () => {
    clearInterval(sending);
    if (frame !== null) cancelAnimationFrame(frame);
  };
  return {
    move({ x, y }, pressure) {
      pen.add({ x, y, pressure });
      frame ??= requestAnimationFrame(show);
    },
    end() {
      lift();
      pen.end();
      picture.showLive(null);
    },
    cancel() {
      lift();
      pen.discard();
      picture.showLive(null);
    },
  };
}

export function erase(board: Board, picture: Picture): Gesture {
  board.startErasing();
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
