/** Promises that wait for a condition. */
export interface Waiters {
  /** Resolves once `isReached` returns true; rejects with what it throws, when `signal` aborts, or at the close. */
  wait(isReached: () => boolean, signal?: AbortSignal): Promise<void>;
  /** Call whenever a condition may have changed. */
  check(): void;
  close(reason: Error): void;
}

interface Waiter {
  check(): void;
  reject(reason: unknown): void;
}

export function createWaiters(): Waiters {
  const waiting = new Set<Waiter>();
  let closed: Error | null = null;

  return {
    wait(isReached, signal) {
      return new Promise((resolve, reject) => {
        if (closed !== null) {
          reject(closed);
          return;
        }
        signal?.throwIfAborted();
        const end = () => {
          waiting.delete(waiter);
          signal?.removeEventListener('abort', onAbort);
        };
        const waiter: Waiter = {
          check() {
            try {
              if (!isReached()) return;
            } catch (error) {
              waiter.reject(error);
              return;
            }
            end();
            resolve();
          },
          reject(reason) {
            end();
            reject(reason);
          },
        };
        const onAbort = () => waiter.reject(signal?.reason);
        waiting.add(waiter);
        signal?.addEventListener('abort', onAbort);
        waiter.check();
      });
    },
    check() {
      for (const waiter of [...waiting]) waiter.check();
    },
    close(reason) {
      closed = reason;
      for (const waiter of [...waiting]) waiter.reject(reason);
    },
  };
}
