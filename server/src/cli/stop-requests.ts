import type { Clock } from '../clock.ts';

export type StopReason = 'SIGTERM' | 'SIGINT' | 'npm is gone';

/** The part of `process` that signals come from. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

export interface StopRequests {
  /** The first request to stop. */
  readonly first: Promise<StopReason>;
  /** Somebody asked again: they want it to end now. */
  readonly again: Promise<StopReason>;
  /** As a signal would. */
  request(reason: StopReason): void;
  dispose(): void;
}

/** Ctrl-C reaches the whole terminal group, and npm passes on what it got itself: one wish arrives as two signals. */
const SAME_WISH_MS = 500;

export function listenForStop(source: SignalSource, clock: Clock): StopRequests {
  const first = Promise.withResolvers<StopReason>();
  const again = Promise.withResolvers<StopReason>();
  let firstAt: number | null = null;

  function request(reason: StopReason): void {
    if (firstAt === null) {
      firstAt = clock.monotonicMs();
      first.resolve(reason);
    } else if (clock.monotonicMs() - firstAt >= SAME_WISH_MS) {
      again.resolve(reason);
    }
  }
  const onTerminate = (): void => request('SIGTERM');
  const onInterrupt = (): void => request('SIGINT');
  source.on('SIGTERM', onTerminate);
  source.on('SIGINT', onInterrupt);
  return {
    first: first.promise,
    again: again.promise,
    request,
    dispose() {
      source.off('SIGTERM', onTerminate);
      source.off('SIGINT', onInterrupt);
    },
  };
}
