import type { Clock } from './clock.ts';
import { unreachable } from './errors.ts';
import { createPatience } from './patience.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Where a network has frozen, a browser waits for minutes. */
const LOAD_TIMEOUT_MS = 15_000;

/**
 * A part of this package that most pages need not load.
 *
 * @throws {QuireError} `unreachable`
 */
export async function loadPart<Part>(load: () => Promise<Part>, clock: Clock, signal?: AbortSignal): Promise<Part> {
  const patience = createPatience(clock, signal);
  patience.expect(LOAD_TIMEOUT_MS);
  try {
    return await unlessAborted(load(), patience.signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(cause);
  } finally {
    patience.end();
  }
}
