import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';

/** Nobody sits before a worker, and a look costs next to nothing. */
const LOOK_EVERY_MS = 1_000;

/**
 * Tells when the network goes, and when it comes back; returns how to stop. Not every browser says so to a worker: Chromium has
 * the right `navigator.onLine` there, and no event. So a worker looks as well.
 */
export function watchNetwork(
  { environment, clock }: { readonly environment: Environment; readonly clock: Clock },
  changed: (isOnline: boolean) => void,
): () => void {
  let wasOnline = environment.isOnline();
  let cancelLook = () => {};
  const tell = (isOnline: boolean) => {
    wasOnline = isOnline;
    changed(isOnline);
  };
  const lookLater = () => {
    cancelLook = clock.schedule(() => {
      lookLater();
      if (environment.isOnline() !== wasOnline) tell(!wasOnline);
    }, LOOK_EVERY_MS);
  };
  if (environment.isWorker) lookLater();
  const stops = [environment.listen('online', () => tell(true)), environment.listen('offline', () => tell(false))];
  return () => {
    cancelLook();
    for (const stop of stops) stop();
  };
}
