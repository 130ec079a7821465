export interface UntilOptions {
  /** Completes "… never came true"; a function is asked when time is up. */
  readonly what: string | (() => string);
  readonly timeoutMs?: number;
  /** Looked at once more as soon as this calls back; besides, every few milliseconds. */
  readonly onChange?: (look: () => void) => () => void;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const LOOK_EVERY_MS = 10;

const LATE = Symbol('late');

/** Resolves with the first value of `probe` that is neither null, undefined nor false; rejects once time is up. */
export async function until<T>(
  probe: () => T | null | undefined | false,
  { what, timeoutMs = DEFAULT_TIMEOUT_MS, onChange }: UntilOptions,
): Promise<T> {
  const value = await watch(probe, timeoutMs, onChange);
  if (value !== LATE) return value;
  // Made here and not where time ran out, so that its stack leads to whoever waited.
  throw new Error(`${typeof what === 'string' ? what : what()}: not within ${timeoutMs} ms`);
}

function watch<T>(
  probe: () => T | null | undefined | false,
  timeoutMs: number,
  onChange: UntilOptions['onChange'],
): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void): void => {
      clearInterval(looking);
      clearTimeout(deadline);
      stopListening?.();
      finish();
    };
    const look = (): void => {
      try {
        const value = probe();
        if (value !== null && value !== undefined && value !== false) end(() => resolve(value));
      } catch (error) {
        end(() => reject(error));
      }
    };
    const looking = setInterval(look, LOOK_EVERY_MS);
    const deadline = setTimeout(() => end(() => resolve(LATE)), timeoutMs);
    const stopListening = onChange?.(look);
    look();
  });
}
