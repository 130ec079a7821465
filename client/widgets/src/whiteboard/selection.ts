import { svg } from '../base/h.ts';
import type { At } from './at.ts';
import type { Board, Mover, StrokeKey } from './board.ts';
import { type Box, isIn, middleOfBox } from './box.ts';
import { keepPace } from './keep-pace.ts';
import type { Picture } from './picture.ts';
import { snapAt } from './stroke-points.ts';
import { BOARD_HEIGHT, BOARD_WIDTH } from './view.ts';

/** What is selected, on its way to another place. */
export interface Drag {
  /** So far from where it was taken. */
  to(way: At): void;
  end(): void;
  cancel(): void;
}

export interface Step {
  /** At the edge of the board they stay where they are. */
  readonly hasMoved: boolean;
  /** Where the middle of them was then. */
  readonly middle: At;
}

/** The strokes that this person has picked out, to move or delete them. Nobody else sees which. */
export interface Selection {
  /** Shows what is around them. */
  readonly element: SVGElement;
  readonly keys: ReadonlySet<StrokeKey>;
  choose(keys: ReadonlySet<StrokeKey>): void;
  /** The stroke after the one that is selected, or the one before it, from below to above and around. */
  goOn(by: 1 | -1): void;
  isAround(at: At, reach: number): boolean;
  drag(): Drag;
  /** Moves them a step further. Steps that follow each other are undone together. */
  nudge(dx: number, dy: number): void;
  /** How the last of these steps went; null once they are settled. */
  readonly step: Step | null;
  /** What was moved step by step is done. */
  settle(): void;
  remove(): void;
  /** Shows what a hand draws around strokes that it means; null: nothing. */
  frame(box: Box | null): void;
  /** The board has changed. */
  follow(): void;
}

const NONE: ReadonlySet<StrokeKey> = new Set();

export function createSelection(options: {
  readonly board: Board;
  readonly picture: Picture;
  onChange(): void;
}): Selection {
  const { board, picture, onChange } = options;
  const [around, drawn] = [createFrame('selected'), createFrame('selecting')];
  const element = svg('g', {}, around.element, drawn.element);
  let keys = NONE;
  let nudged: { readonly mover: Mover; way: At } | null = null;
  let step: Step | null = null;

  const arrange = () => {
    picture.mark(keys);
    around.show(picture.boxOf(keys));
  };
  const settle = () => {
    nudged?.mover.end();
    nudged = null;
    step = null;
  };
  const choose = (wanted: ReadonlySet<StrokeKey>) => {
    // Who erases a stroke while somebody has their hand on it has erased it.
    const present = new Set(board.strokes());
    const chosen = new Set([...wanted].filter((key) => present.has(key)));
    if (chosen.size === keys.size && [...chosen].every((key) => keys.has(key))) return;
    settle();
    keys = chosen;
    arrange();
    onChange();
  };
  const drag = (): Drag => {
    const moved = keys;
    const limit = limitsOf(picture.boxOf(moved));
    const mover = board.move(moved);
    const show = () => {
      picture.shift(moved, mover.ahead);
      around.shift(mover.ahead);
    };
    const send = () => {
      mover.flush();
      show();
    };
    const pace = keepPace({ show, send });
    const leave = (finish: () => void) => {
      pace.stop();
      finish();
      show();
    };
    return {
      to(way) {
        mover.to(limit(way));
        pace.moved();
      },
      end: () => leave(() => mover.end()),
      cancel: () => leave(() => mover.cancel()),
    };
  };

  return {
    element,
    get keys() {
      return keys;
    },
    choose,
    goOn(by) {
      const all = board.strokes();
      const at = by === 1 ? all.findLastIndex((key) => keys.has(key)) : all.findIndex((key) => keys.has(key));
      const next = at === -1 && by === -1 ? all.length - 1 : (at + by + all.length) % Math.max(all.length, 1);
      const key = all[next];
      if (key !== undefined) choose(new Set([key]));
    },
    isAround(at, reach) {
      const box = picture.boxOf(keys);
      return box !== null && isIn(at, box, reach);
    },
    drag() {
      settle();
      return drag();
    },
    nudge(dx, dy) {
      // As far as they may from where they are now: somebody else may have moved them since the last step.
      const box = picture.boxOf(keys);
      if (box === null) return;
      const [middle, way] = [middleOfBox(box), snapAt(limitsOf(box)({ x: dx, y: dy }))];
      const hasMoved = way.x !== 0 || way.y !== 0;
      if (hasMoved) {
        nudged ??= { mover: board.move(keys), way: { x: 0, y: 0 } };
        nudged.way = { x: nudged.way.x + way.x, y: nudged.way.y + way.y };
        nudged.mover.to(nudged.way);
        nudged.mover.flush();
      }
      step = { hasMoved, middle: { x: middle.x + way.x, y: middle.y + way.y } };
      onChange();
    },
    get step() {
      return step;
    },
    settle,
    remove() {
      if (keys.size === 0) return;
      settle();
      board.startStep();
      board.erase(keys);
    },
    frame: (box) => drawn.show(box),
    follow() {
      const before = keys;
      choose(keys);
      if (keys === before) arrange();
    },
  };
}

/** However far somebody pulls: the middle of what they move stays on the board, where everybody finds it. */
function limitsOf(box: Box | null): (way: At) => At {
  if (box === null) return (way) => way;
  const { x, y } = middleOfBox(box);
  return (way) => ({ x: keepIn(x, way.x, BOARD_WIDTH), y: keepIn(y, way.y, BOARD_HEIGHT) });
}

/** What is beyond the end already may come back, and goes no further. */
function keepIn(at: number, way: number, end: number): number {
  return Math.min(Math.max(way, Math.min(-at, 0)), Math.max(end - at, 0));
}

interface Frame {
  readonly element: SVGElement;
  show(box: Box | null): void;
  shift(way: At): void;
}

function createFrame(name: string): Frame {
  const lines = [svg('rect', { class: 'halo' }), svg('rect')];
  const element = svg('g', { class: `frame ${name}` }, ...lines);
  return {
    element,
    show(box) {
      element.toggleAttribute('data-shown', box !== null);
      if (box === null) return;
      const { left, top, right, bottom } = box;
      for (const line of lines) {
        for (const [key, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
          line.setAttribute(key, String(value));
        }
      }
    },
    shift({ x, y }) {
      if (x === 0 && y === 0) element.removeAttribute('transform');
      else element.setAttribute('transform', `translate(${x} ${y})`);
    },
  };
}
