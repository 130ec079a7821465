/** Where somebody points: within which element that cursors are shown over, and where in that, in parts of its size. */
export interface Pointer {
  readonly over: string;
  /** Which of the anchors: by its own id, or by its place among them; null for the whole. */
  readonly anchor: string | number | null;
  /** From the upper left corner of the anchor: 0 to 1 within it. */
  readonly x: number;
  readonly y: number;
}

/** A ten-thousandth of what is as wide as a screen is less than a pixel. */
const PRECISION = 10_000;
/** Who points farther away than this points at nothing here. */
const FARTHEST = 4;
const MAX_NAME_LENGTH = 100;

/** Presence comes from other people's programs: anything may be in it. */
export function parsePointer(value: unknown): Pointer | null {
  if (typeof value !== 'object' || value === null) return null;
  const { over, anchor, x, y } = value as Record<string, unknown>;
  if (typeof over !== 'string' || !isPart(x) || !isPart(y)) return null;
  if (typeof anchor === 'string' && anchor.length <= MAX_NAME_LENGTH) return { over, anchor, x, y };
  if (anchor === null || (typeof anchor === 'number' && Number.isInteger(anchor) && anchor >= 0)) {
    return { over, anchor, x, y };
  }
  return null;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A place in the window as a place in a box; null in a box of no size, where there are no places. */
export function placeIn(box: Box, clientX: number, clientY: number): { readonly x: number; readonly y: number } | null {
  if (box.width <= 0 || box.height <= 0) return null;
  return { x: round((clientX - box.left) / box.width), y: round((clientY - box.top) / box.height) };
}

/** The other way round, from the corner of the element that cursors are drawn over. */
export function placeOf({ x, y }: Pick<Pointer, 'x' | 'y'>, anchor: Box, host: Box): readonly [number, number] {
  return [anchor.left - host.left + x * anchor.width, anchor.top - host.top + y * anchor.height];
}

function round(part: number): number {
  return Math.round(part * PRECISION) / PRECISION;
}

function isPart(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= FARTHEST;
}
