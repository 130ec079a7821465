import type { Board, Ink, Pen } from './board.ts';
import type { Picture } from './picture.ts';
import type { Tool } from './tools.ts';

interface At {
  readonly x: number;
  readonly y: number;
}

export interface DrawingHandOptions {
  readonly paper: SVGSVGElement;
  readonly board: Board;
  readonly picture: Picture;
  /** What a hand does now; null where it may do nothing. */
  readTool(): Tool | null;
  /** The end of a pen is nobody's choice of a tool: it is asked whether it may erase. */
  mayDraw(): boolean;
  readInk(): Pick<Ink, 'color' | 'size'>;
  onPoint(at: At | null): void;
  /** By so much of the board's units the view moves. */
  onPan(dx: number, dy: number): void;
}

/** What is drawn goes to others so often: a line that grows, and a few edits a second. */
const SEND_EVERY_MS = 60;
const ERASER_RADIUS = 10;
/** The other end of a pen: the button that goes down, and the same among those that are. */
const ERASER_BUTTON = 5;
const ERASER_BUTTONS = 32;

/** Draws, erases and pans with whatever points: a mouse, fingers, a pen. Returns how to stop. */
export function followHand({
  paper,
  board,
  picture,
  readTool,
  mayDraw,
  readInk,
  onPoint,
  onPan,
}: DrawingHandOptions): () => void {
  const end = new AbortController();
  const { signal } = end;
  let stop: (() => void) | null = null;

  const boardAt = ({ clientX, clientY }: PointerEvent): At => {
    const matrix = paper.getScreenCTM();
    if (matrix === null) return { x: 0, y: 0 };
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    return { x, y };
  };
  const begin = (event: PointerEvent): Gesture => {
    const tool = (event.buttons & ERASER_BUTTONS) !== 0 && mayDraw() ? 'eraser' : readTool();
    switch (tool) {
      case 'pen':
        return draw(board, picture, { ...readInk(), hasPressure: event.pointerType === 'pen' });
      case 'eraser':
        return erase(board, picture);
      case 'hand':
        return pan(onPan);
      case null:
        return { move: () => {}, end: () => {} };
      default:
        return tool satisfies never;
    }
  };

  const onDown = (down: PointerEvent) => {
    const isForUs = down.isPrimary && (down.button === 0 || down.button === ERASER_BUTTON);
    if (!isForUs || stop !== null || readTool() === null) return;
    down.preventDefault();
    paper.parentElement?.focus({ preventScroll: true });
    paper.setPointerCapture(down.pointerId);
    const gesture = begin(down);
    const over = new AbortController();
    const move = (event: PointerEvent) => {
      if (event.pointerId !== down.pointerId) return;
      const all = event.getCoalescedEvents();
      for (const each of all.length > 0 ? all : [event]) gesture.move(boardAt(each), each.pressure);
    };
    stop = () => {
      stop = null;
      over.abort();
      gesture.end();
    };
    const finish = (event: PointerEvent) => {
      if (event.pointerId === down.pointerId) stop?.();
    };
    paper.addEventListener('pointermove', move, { signal: over.signal });
    paper.addEventListener('pointerup', finish, { signal: over.signal });
    paper.addEventListener('pointercancel', finish, { signal: over.signal });
    gesture.move(boardAt(down), down.pressure);
  };
  paper.addEventListener('pointerdown', onDown, { signal });
  const onMove = (event: PointerEvent) => {
    if (event.isPrimary) onPoint(boardAt(event));
  };
  paper.addEventListener('pointermove', onMove, { signal });
  paper.addEventListener('pointerleave', () => onPoint(null), { signal });
  paper.addEventListener('pointercancel', () => onPoint(null), { signal });

  return () => {
    stop?.();
    end.abort();
  };
}

interface Gesture {
  move(at: At, pressure: number): void;
  end(): void;
}

function draw(board: Board, picture: Picture, ink: Ink): Gesture {
  const pen: Pen = board.begin(ink);
  const sending = setInterval(() => pen.flush(), SEND_EVERY_MS);
  let frame: number | null = null;
  const show = () => {
    frame = null;
    picture.showLive(pen.stroke);
  };
  return {
    move({ x, y }, pressure) {
      pen.add({ x, y, pressure });
      frame ??= requestAnimationFrame(show);
    },
    end() {
      clearInterval(sending);
      if (frame !== null) cancelAnimationFrame(frame);
      pen.end();
      picture.showLive(null);
    },
  };
}

function erase(board: Board, picture: Picture): Gesture {
  board.startErasing();
  let last: At | null = null;
  return {
    move(at) {
      const touched = picture.touchedBy(last ?? at, at, ERASER_RADIUS);
      if (touched.size > 0) board.erase(touched);
      last = at;
    },
    end() {},
  };
}

/** What was under the hand stays there: as the view moves, so do the places of the board. */
function pan(onPan: (dx: number, dy: number) => void): Gesture {
  let grip: At | null = null;
  return {
    move(at) {
      grip ??= at;
      onPan(grip.x - at.x, grip.y - at.y);
    },
    end() {},
  };
}
