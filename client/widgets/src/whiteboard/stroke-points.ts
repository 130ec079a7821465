import type { At } from './at.ts';

/** A point of a stroke. */
export interface StrokePoint extends At {
  /** From 0 to 1. */
  readonly pressure: number;
}

/** Finer than anybody sees; an integer then takes a byte or two. */
const STEPS_PER_UNIT = 4;
/** Nothing is drawn further out than this, in units. */
const FURTHEST = 100_000;
const FURTHEST_STEP = FURTHEST * STEPS_PER_UNIT;
const FULL_PRESSURE = 255;
/** Of an integer of 32 bits. */
const MOST_VARINT_BYTES = 5;
const SEVEN_BITS = 0x7f;
const MORE = 0x80;

/** Where a point is once it is written: what others see is what its own drawer sees. */
export function snap({ pressure, ...at }: StrokePoint): StrokePoint {
  return { ...snapAt(at), pressure: pressureByte(pressure) / FULL_PRESSURE };
}

export function snapAt({ x, y }: At): At {
  return { x: stepOf(x) / STEPS_PER_UNIT, y: stepOf(y) / STEPS_PER_UNIT };
}

/**
 * A batch of points as bytes: for each the way from the one before, first of all from the middle of nowhere, and a byte of
 * pressure. A batch stands for itself, so that one that can't be read costs no other.
 */
export function encodePoints(points: readonly StrokePoint[]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let [x, y] = [0, 0];
  for (const point of points) {
    const [nextX, nextY] = [stepOf(point.x), stepOf(point.y)];
    writeVarint(bytes, nextX - x);
    writeVarint(bytes, nextY - y);
    bytes.push(pressureByte(point.pressure));
    [x, y] = [nextX, nextY];
  }
  return new Uint8Array(bytes);
}

/**
 * Anybody who may edit can write anything: what is no batch ends at its first wrong byte.
 *
 * @param most how many points at most
 */
export function decodePoints(bytes: Uint8Array, most: number): readonly StrokePoint[] {
  const points: StrokePoint[] = [];
  const reader = { bytes, at: 0 };
  let [x, y] = [0, 0];
  while (points.length < most && reader.at < bytes.length) {
    const dx = readVarint(reader);
    const dy = readVarint(reader);
    const pressure = bytes[reader.at];
    reader.at += 1;
    if (dx === null || dy === null || pressure === undefined) break;
    [x, y] = [x + dx, y + dy];
    if (Math.abs(x) > FURTHEST_STEP || Math.abs(y) > FURTHEST_STEP) break;
    points.push({ x: x / STEPS_PER_UNIT, y: y / STEPS_PER_UNIT, pressure: pressure / FULL_PRESSURE });
  }
  return points;
}

function stepOf(value: number): number {
  if (!Number.isFinite(value)) return 0;
  // The sum makes a zero of the negative zero, which no integer on the wire is.
  return Math.round(Math.min(Math.max(value, -FURTHEST), FURTHEST) * STEPS_PER_UNIT) + 0;
}

function pressureByte(pressure: number): number {
  return Number.isFinite(pressure) ? Math.round(Math.min(Math.max(pressure, 0), 1) * FULL_PRESSURE) : 0;
}

/** Small numbers of either sign are small: 0, -1, 1, -2 … become 0, 1, 2, 3 … */
function writeVarint(bytes: number[], value: number): void {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest > SEVEN_BITS) {
    bytes.push((rest & SEVEN_BITS) | MORE);
    rest = Math.floor(rest / (SEVEN_BITS + 1));
  }
  bytes.push(rest);
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number | null {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < MOST_VARINT_BYTES; count += 1) {
    const byte = reader.bytes[reader.at];
    reader.at += 1;
    if (byte === undefined) return null;
    value += (byte & SEVEN_BITS) * scale;
    if (byte < MORE) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    scale *= SEVEN_BITS + 1;
  }
  return null;
}
