import { svg } from '../base/h.ts';
import type { At } from './at.ts';
import type { Board, BoardChange, Stroke, StrokeKey } from './board.ts';
import { type Box, boxAround, isWithin } from './box.ts';
import { isTouched } from './hit-test.ts';
import { outlinePath } from './outline-path.ts';

/** The strokes of a board, as they are seen. */
export interface Picture {
  readonly element: SVGGElement;
  readonly count: number;
  follow(change: BoardChange): void;
  /** What somebody is drawing here, ahead of what others have been sent of it; null once it is done. */
  showLive(stroke: Stroke | null): void;
  /** Which strokes a sweep comes over. */
  touchedBy(from: At, to: At, radius: number): ReadonlySet<StrokeKey>;
  /** The stroke at a place, the upper one of several; where none is, the upper one of those within reach. */
  find(at: At, reach: number): StrokeKey | null;
  /** Those that lie in it whole. */
  within(box: Box): ReadonlySet<StrokeKey>;
  /** Around these, where they lie in the document. */
  boxOf(keys: Iterable<StrokeKey>): Box | null;
  /** Has these look selected, and no others. */
  mark(keys: ReadonlySet<StrokeKey>): void;
  /** Shows these so far from where they lie in the document. */
  shift(keys: Iterable<StrokeKey>, way: At): void;
  strokes(): readonly Stroke[];
}

interface Drawn {
  readonly path: SVGPathElement;
  stroke: Stroke;
}

export function createPicture(board: Board): Picture {
  const layer = svg('g');
  const live = svg('path');
  const element = svg('g', {}, layer, live);
  const drawn = new Map<StrokeKey, Drawn>();

  const draw = (key: StrokeKey): Drawn => {
    const stroke = board.read(key);
    const path = drawn.get(key)?.path ?? svg('path');
    paint(path, stroke);
    const entry = { path, stroke };
    drawn.set(key, entry);
    return entry;
  };
  const arrange = () => {
    const keys = board.strokes();
    const present = new Set(keys);
    for (const [key, { path }] of drawn) {
      if (present.has(key)) continue;
      path.remove();
      drawn.delete(key);
    }
    keys.forEach((key, index) => {
      const { path } = drawn.get(key) ?? draw(key);
      const there = layer.children[index];
      if (there !== path) layer.insertBefore(path, there ?? null);
    });
  };
  arrange();

  return {
    element,
    get count() {
      return drawn.size;
    },
    follow({ isOther, grown }) {
      if (isOther) arrange();
      for (const key of grown) if (drawn.has(key)) draw(key);
    },
    showLive(stroke) {
      if (stroke === null) live.removeAttribute('d');
      else paint(live, stroke);
    },
    touchedBy(from, to, radius) {
      return new Set([...drawn].filter(([, { stroke }]) => isTouched(stroke, from, to, radius)).map(([key]) => key));
    },
    find(at, reach) {
      for (const width of [0, reach]) {
        const found = board.strokes().findLast((key) => {
          const stroke = drawn.get(key)?.stroke;
          return stroke !== undefined && isTouched(stroke, at, at, width);
        });
        if (found !== undefined) return found;
      }
      return null;
    },
    within(box) {
      const lies = ({ stroke }: Drawn): boolean => {
        const own = boxAround([stroke]);
        return own !== null && isWithin(own, box);
      };
      return new Set([...drawn].filter(([, entry]) => lies(entry)).map(([key]) => key));
    },
    boxOf(keys) {
      const strokes = [...keys].flatMap((key) => drawn.get(key)?.stroke ?? []);
      return boxAround(strokes);
    },
    mark(keys) {
      for (const [key, { path }] of drawn) path.toggleAttribute('data-selected', keys.has(key));
    },
    shift(keys, { x, y }) {
      for (const key of keys) {
        const path = drawn.get(key)?.path;
        if (x === 0 && y === 0) path?.removeAttribute('transform');
        else path?.setAttribute('transform', `translate(${x} ${y})`);
      }
    },
    strokes: () => board.strokes().map((key) => drawn.get(key)?.stroke ?? board.read(key)),
  };
}

function paint(path: SVGPathElement, stroke: Stroke): void {
  path.setAttribute('fill', stroke.color);
  path.setAttribute('d', outlinePath(stroke));
}
