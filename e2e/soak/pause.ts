import { setTimeout as timeout } from 'node:timers/promises';

/** Waits, or until the signal comes. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await timeout(durationMs, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
