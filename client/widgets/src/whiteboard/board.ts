import * as Y from 'yjs';
import type { At } from './at.ts';
import { decodePoints, encodePoints, type StrokePoint, snap, snapAt } from './stroke-points.ts';

/** What a stroke is drawn with. */
export interface Ink {
  /** `#rrggbb`. */
  readonly color: string;
  /** In the board's units. */
  readonly size: number;
  /** The device says how hard one presses; else it is guessed from how fast one moves. */
  readonly hasPressure: boolean;
}

export interface Stroke extends Ink {
  readonly points: readonly StrokePoint[];
  /** Its end is drawn as an end. */
  readonly isDone: boolean;
}

/** A stroke as it lies in the document, by which it is told from others. */
export type StrokeKey = Y.Map<unknown>;

export interface BoardChange {
  /** Strokes came or went: `strokes` has another order than before. */
  readonly isOther: boolean;
  /** These grew, or ended. */
  readonly grown: ReadonlySet<StrokeKey>;
}

/** A stroke while it is drawn. */
export interface Pen {
  /** What is drawn of it already, also what others have not been sent yet. */
  readonly stroke: Stroke;
  /** Where it lies; null before its first points are sent. */
  readonly key: StrokeKey | null;
  add(point: StrokePoint): void;
  /** Sends what was added since. */
  flush(): void;
  end(): void;
  /** Takes away what was drawn, as if it had never been: there is nothing to undo. */
  discard(): void;
}

/** Strokes while they are moved: one thing to undo. */
export interface Mover {
  /** How much further they are for this person than others have been told. */
  readonly ahead: At;
  /** They are so far now from where they were. */
  to(way: At): void;
  /** Tells others. */
  flush(): void;
  end(): void;
  /** Puts them back, as if they had never been moved: there is nothing to undo. */
  cancel(): void;
}

/** The strokes of a document, and this person's hand on them. */
export interface Board {
  /** From below to above. */
  strokes(): readonly StrokeKey[];
  read(key: StrokeKey): Stroke;
  begin(ink: Ink): Pen;
  /** What is erased until the next step begins, with this, `begin` or `move`, is undone at once. */
  startStep(): void;
  erase(keys: ReadonlySet<StrokeKey>): void;
  /** Strokes that somebody erases meanwhile stay erased. */
  move(keys: Iterable<StrokeKey>): Mover;
  /** Brings back what was erased since the step began, as if it had never been gone. */
  unerase(): void;
  /** Only what this board did: others' strokes stay as they are. */
  undo(): void;
  redo(): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  close(): void;
}

/** A hand that never leaves the board draws several strokes: each growth is drawn anew from its beginning. */
export const MAX_STROKE_POINTS = 2_000;
export const MIN_SIZE = 1;
export const MAX_SIZE = 64;
export const DEFAULT_COLOR = '#182220';
const PLACE_KEY = 'place';
const hexColor = /^#[0-9a-f]{6}$/i;

/**
 * The board in the shared array `field` of a document. Each stroke is a map of its own with an array of batches of points, so
 * that a stroke that grows adds a few bytes, and two who draw at once change nothing of each other's.
 *
 * @param onChange called after every change, whoever made it
 */
export function openBoard(doc: Y.Doc, field: string, onChange: (change: BoardChange) => void): Board {
  return new LiveBoard(doc, field, onChange);
}

class LiveBoard implements Board {
  readonly #doc: Y.Doc;
  readonly #strokes: Y.Array<unknown>;
  readonly #onChange: (change: BoardChange) => void;
  readonly #history: Y.UndoManager;
  /** How much there was to undo before what is being drawn or erased. */
  #before = 0;

  constructor(doc: Y.Doc, field: string, onChange: (change: BoardChange) => void) {
    this.#doc = doc;
    this.#strokes = doc.getArray(field);
    this.#onChange = onChange;
    this.#history = new Y.UndoManager(this.#strokes, {
      trackedOrigins: new Set([this]),
      // One stroke is one thing to undo, however long it takes: `stopCapturing` says where the next one begins.
      captureTimeout: Number.POSITIVE_INFINITY,
    });
    this.#strokes.observeDeep(this.#hear);
  }

  strokes(): readonly StrokeKey[] {
    return this.#strokes.toArray().filter((stroke): stroke is StrokeKey => stroke instanceof Y.Map);
  }

  read(key: StrokeKey): Stroke {
    return readStroke(key);
  }

  begin(ink: Ink): Pen {
    this.startStep();
    return new LivePen(ink, {
      strokes: this.#strokes,
      change: (change) => this.#change(change),
      remove: (keys) => this.#takeBack(() => this.#delete(keys)),
    });
  }

  move(keys: Iterable<StrokeKey>): Mover {
    this.startStep();
    return new LiveMover(keys, {
      change: (change) => this.#change(change),
      takeBack: (change) => this.#takeBack(change),
    });
  }

  startStep(): void {
    this.#history.stopCapturing();
    this.#before = this.#history.undoStack.length;
  }

  erase(keys: ReadonlySet<StrokeKey>): void {
    this.#change(() => this.#delete(keys));
  }

  unerase(): void {
    if (this.#history.undoStack.length <= this.#before) return;
    this.#history.undo();
    this.#history.clear(false, true);
  }

  undo(): void {
    this.#history.undo();
  }

  redo(): void {
    this.#history.redo();
  }

  get canUndo(): boolean {
    return this.#history.canUndo();
  }

  get canRedo(): boolean {
    return this.#history.canRedo();
  }

  close(): void {
    this.#strokes.unobserveDeep(this.#hear);
    this.#history.destroy();
  }

  /** Not by undoing it: of what somebody else has erased meanwhile nothing is left to undo, and Yjs would undo what was before. */
  #takeBack(change: () => void): void {
    this.#history.undoStack.splice(this.#before);
    this.#history.stopCapturing();
    this.#doc.transact(change);
  }

  #delete(keys: ReadonlySet<StrokeKey>): void {
    const all = this.#strokes.toArray();
    for (let at = all.length - 1; at >= 0; at -= 1) {
      const stroke = all[at];
      if (stroke instanceof Y.Map && keys.has(stroke)) this.#strokes.delete(at);
    }
  }

  #change(change: () => void): void {
    this.#doc.transact(change, this);
  }

  readonly #hear = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
    const grown = new Set<StrokeKey>();
    let isOther = false;
    for (const { path, target } of events) {
      if (path.length === 0) isOther = true;
      const stroke = path.length === 1 ? target : target.parent;
      if (path.length > 0 && stroke instanceof Y.Map) grown.add(stroke);
    }
    this.#onChange({ isOther, grown });
  };
}

interface Sheet {
  readonly strokes: Y.Array<unknown>;
  change(change: () => void): void;
  remove(keys: ReadonlySet<StrokeKey>): void;
}

class LivePen implements Pen {
  readonly #ink: Ink;
  readonly #sheet: Sheet;
  /** All that it has drawn. */
  readonly #keys = new Set<StrokeKey>();
  #points: StrokePoint[] = [];
  #sent = 0;
  #key: StrokeKey | null = null;
  #isDone = false;

  constructor(ink: Ink, sheet: Sheet) {
    this.#ink = { ...ink, color: readColor(ink.color), size: readSize(ink.size) };
    this.#sheet = sheet;
  }

  get stroke(): Stroke {
    return { ...this.#ink, points: this.#points, isDone: this.#isDone };
  }

  get key(): StrokeKey | null {
    return this.#key;
  }

  add(point: StrokePoint): void {
    if (this.#isDone) return;
    const snapped = snap(point);
    const last = this.#points.at(-1);
    if (last?.x === snapped.x && last.y === snapped.y) return;
    if (this.#points.length >= MAX_STROKE_POINTS) this.#goOn();
    this.#points.push(snapped);
  }

  flush(): void {
    if (this.#sent === this.#points.length) return;
    const batch = encodePoints(this.#points.slice(this.#sent));
    this.#sent = this.#points.length;
    this.#sheet.change(() => {
      if (this.#key === null) {
        this.#key = makeStroke(this.#ink, batch);
        this.#keys.add(this.#key);
        this.#sheet.strokes.push([this.#key]);
      } else {
        const batches = this.#key.get('points');
        if (batches instanceof Y.Array) batches.push([batch]);
      }
    });
  }

  end(): void {
    if (this.#isDone) return;
    this.flush();
    this.#isDone = true;
    this.#sheet.change(() => this.#key?.set('done', true));
  }

  discard(): void {
    this.#isDone = true;
    if (this.#keys.size > 0) this.#sheet.remove(this.#keys);
  }

  /** In a stroke of its own, which begins where this one ends. They are undone together. */
  #goOn(): void {
    const last = this.#points.at(-1);
    this.end();
    this.#isDone = false;
    this.#key = null;
    this.#points = last === undefined ? [] : [last];
    this.#sent = 0;
  }
}

interface Hold {
  change(change: () => void): void;
  takeBack(change: () => void): void;
}

const NOWHERE_ELSE: At = { x: 0, y: 0 };

/**
 * Where a stroke was moved to stands beside its points, in one place: of two who move it at the same moment one wins, for both of
 * them, and what was erased meanwhile has no place any more. Each goes on from where the other has moved it to.
 */
class LiveMover implements Mover {
  readonly #keys: readonly StrokeKey[];
  readonly #hold: Hold;
  #way = NOWHERE_ELSE;
  #told = NOWHERE_ELSE;

  constructor(keys: Iterable<StrokeKey>, hold: Hold) {
    this.#keys = [...keys];
    this.#hold = hold;
  }

  get ahead(): At {
    return { x: this.#way.x - this.#told.x, y: this.#way.y - this.#told.y };
  }

  to(way: At): void {
    this.#way = snapAt(way);
  }

  flush(): void {
    const { ahead } = this;
    if (ahead.x === 0 && ahead.y === 0) return;
    this.#told = this.#way;
    this.#hold.change(() => this.#shift(ahead));
  }

  end(): void {
    this.flush();
  }

  cancel(): void {
    const told = this.#told;
    this.#way = this.#told = NOWHERE_ELSE;
    if (told !== NOWHERE_ELSE) this.#hold.takeBack(() => this.#shift({ x: -told.x, y: -told.y }));
  }

  #shift(way: At): void {
    for (const key of this.#keys) {
      if (key._item?.deleted !== false) continue;
      const { x, y } = readPlace(key);
      key.set(PLACE_KEY, [x + way.x, y + way.y]);
    }
  }
}

function makeStroke({ color, size, hasPressure }: Ink, batch: Uint8Array): StrokeKey {
  const stroke = new Y.Map<unknown>();
  stroke.set('color', color);
  stroke.set('size', size);
  stroke.set('pressure', hasPressure);
  stroke.set('points', Y.Array.from([batch]));
  return stroke;
}

/** Whoever may edit the document can write anything into it: what makes no sense is left out, and nothing is without bound. */
function readStroke(stroke: StrokeKey): Stroke {
  const points: StrokePoint[] = [];
  const { x, y } = readPlace(stroke);
  const batches = stroke.get('points');
  for (const batch of batches instanceof Y.Array ? batches : []) {
    if (points.length >= MAX_STROKE_POINTS) break;
    if (!(batch instanceof Uint8Array)) continue;
    const drawn = decodePoints(batch, MAX_STROKE_POINTS - points.length);
    points.push(...(x === 0 && y === 0 ? drawn : drawn.map((point) => ({ ...point, x: point.x + x, y: point.y + y }))));
  }
  return {
    points,
    color: readColor(stroke.get('color')),
    size: readSize(stroke.get('size')),
    hasPressure: stroke.get('pressure') === true,
    isDone: stroke.get('done') === true,
  };
}

/** How far a stroke was moved from where it was drawn. */
function readPlace(stroke: StrokeKey): At {
  const place = stroke.get(PLACE_KEY);
  const [x, y] = Array.isArray(place) ? place : [];
  return snapAt({ x: Number(x), y: Number(y) });
}

function readColor(color: unknown): string {
  return typeof color === 'string' && hexColor.test(color) ? color : DEFAULT_COLOR;
}

function readSize(size: unknown): number {
  return typeof size === 'number' && Number.isFinite(size) ? Math.min(Math.max(size, MIN_SIZE), MAX_SIZE) : MIN_SIZE;
}
