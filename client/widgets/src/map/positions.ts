/** Where somebody is, in degrees. */
export interface Position {
  readonly lat: number;
  readonly lng: number;
  /** How far off this may be, in metres; null where nobody says. */
  readonly accuracy: number | null;
  /** Which way they move, in degrees from north; null where nobody says, or they stand still. */
  readonly heading: number | null;
}

export interface Bounds {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

const FULL_TURN = 360;

/** Positions come from other people's programs: null where there is none on this earth. */
export function parsePosition(value: unknown): Position | null {
  if (typeof value !== 'object' || value === null) return null;
  const { lat, lng, accuracy, heading } = value as Readonly<Record<string, unknown>>;
  if (!isWithin(lat, -90, 90) || !isWithin(lng, -180, 180)) return null;
  return {
    lat,
    lng,
    accuracy: isWithin(accuracy, 0, Number.MAX_VALUE) ? accuracy : null,
    heading: isWithin(heading, 0, FULL_TURN) ? heading : null,
  };
}

/** The same meridian, counted so that it is on this side of the date line: who crosses it goes on, not around the world. */
export function nearestTurn(lng: number, near: number): number {
  return lng + Math.round((near - lng) / FULL_TURN) * FULL_TURN;
}

/** Null where there is nobody. */
export function boundsOf(places: readonly { readonly lat: number; readonly lng: number }[]): Bounds | null {
  if (places.length === 0) return null;
  const lats = places.map(({ lat }) => lat);
  const lngs = places.map(({ lng }) => lng);
  return { south: Math.min(...lats), north: Math.max(...lats), west: Math.min(...lngs), east: Math.max(...lngs) };
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}
