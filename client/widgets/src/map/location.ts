import type { Position } from './positions.ts';

/** Why this person's place is not known. */
export type LocationProblem = 'denied' | 'unavailable' | 'unsupported';

export class LocationError extends Error {
  override readonly name = 'LocationError';
  readonly problem: LocationProblem;

  constructor(problem: LocationProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

export interface LocationWatch {
  /** Resolves with the first place, or when it is stopped; rejects with a {@link LocationError} when there is none. */
  readonly first: Promise<void>;
  stop(): void;
}

const DENIED = 1;

/**
 * Asks the browser, and through it the person, where they are, from now on. Who was found once is looked for until `stop`: under a
 * bridge a device knows nothing for a while.
 *
 * @param onProblem also says whether this is the end of it
 */
export function watchLocation(
  onPosition: (position: Position) => void,
  onProblem: (problem: LocationProblem, isOver: boolean) => void,
): LocationWatch {
  const { geolocation } = navigator;
  if (geolocation === undefined) {
    queueMicrotask(() => onProblem('unsupported', true));
    return {
      first: Promise.reject(new LocationError('unsupported', 'This browser has no geolocation.')),
      stop: () => {},
    };
  }
  let wasFound = false;
  const { promise: first, resolve, reject } = Promise.withResolvers<void>();
  const watch = geolocation.watchPosition(
    ({ coords: { latitude, longitude, accuracy, heading } }) => {
      // Of a device that stands still it is no number.
      const knownHeading = heading === null || Number.isNaN(heading) ? null : heading;
      wasFound = true;
      onPosition({ lat: latitude, lng: longitude, accuracy, heading: knownHeading });
      resolve();
    },
    ({ code, message }) => {
      const problem = code === DENIED ? 'denied' : 'unavailable';
      // First: whoever hears that this is the end of it stops it, which resolves what is still open.
      reject(new LocationError(problem, message));
      onProblem(problem, !wasFound || problem === 'denied');
    },
    { enableHighAccuracy: true },
  );
  return {
    first,
    stop() {
      geolocation.clearWatch(watch);
      resolve();
    },
  };
}
