import type { Clock } from './clock.ts';

/** Waits as long as something comes now and then: some networks forget a connection, and tell neither end of it. */
export interface Patience {
  /** Aborted when it has run out, or when nobody wants what is waited for any more. */
  readonly signal: AbortSignal;
  /** From now on something has to come at least once within so long. @param runOut why it did not, for the signal */
  expect(limitMs: number, runOut?: () => unknown): void;
  /** Something has come. */
  renew(): void;
  end(): void;
}

export function createPatience(clock: Clock, wanted?: AbortSignal): Patience {
  const attempt = new AbortController();
  let cancel = () => {};
  let restart = () => {};
  let isOver = false;
  const onAbort = () => attempt.abort(wanted?.reason);
  if (wanted?.aborted === true) onAbort();
  else wanted?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: attempt.signal,
    expect(limitMs, runOut) {
      restart = () => {
        cancel();
        if (!isOver) cancel = clock.schedule(() => attempt.abort(runOut?.()), limitMs);
      };
      restart();
    },
    renew: () => restart(),
    end() {
      // Who was not waited for until the end may still go on.
      isOver = true;
      cancel();
      wanted?.removeEventListener('abort', onAbort);
    },
  };
}
