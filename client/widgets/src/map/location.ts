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
  /** Resolves with the first place; rejects with a {@link LocationError} when there is none. */
  readonly first: Promise<void>;
  stop(): void;
}

const DENIED = 1;

/** Asks the browser, and through it the person, where they are, from now on. */
export function watchLocation(
  onPosition: (position: Position) => void,
  onProblem: (problem: LocationProblem) => void,
): LocationWatch {
  const { geolocation } = navigator;
  if (geolocation === undefined) {
    onProblem('unsupported');
    return {
      first: Promise.reject(new LocationError('unsupported', 'This browser has no geolocation.')),
      stop: () => {},
    };
  }
  const { promise: first, resolve, reject } = Promise.withResolvers<void>();
  const watch = geolocation.watchPosition(
    ({ coords: { latitude, longitude, accuracy, heading } }) => {
      // Of a device that stands still it is no number.
      const knownHeading = heading === null || Number.isNaN(heading) ? null : heading;
      onPosition({ lat: latitude, lng: longitude, accuracy, heading: knownHeading });
      resolve();
    },
    ({ code, message }) => {
      const problem = code === DENIED ? 'denied' : 'unavailable';
      onProblem(problem);
      reject(new LocationError(problem, message));
    },
    { enableHighAccuracy: true },
  );
  return { first, stop: () => geolocation.clearWatch(watch) };
}
