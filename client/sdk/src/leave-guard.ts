import type { Environment } from './environment.ts';

/** Asks before the page is closed while that would lose something. */
export interface LeaveGuard {
  /** Listens only while there may be something to lose: such a listener keeps browsers from caching the page. */
  arm(mayLose: boolean): void;
  close(): void;
}

/** `wouldLose` decides at the moment of leaving. */
export function createLeaveGuard(environment: Environment, wouldLose: () => boolean): LeaveGuard {
  let stop: (() => void) | null = null;
  const disarm = () => {
    stop?.();
    stop = null;
  };
  return {
    arm(mayLose) {
      if (!mayLose) disarm();
      else stop ??= environment.listen('beforeunload', (event) => wouldLose() && event.preventDefault());
    },
    close: disarm,
  };
}
