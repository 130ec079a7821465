import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';
import { partNotLoaded, unreachable } from './errors.ts';
import { createPatience } from './patience.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Where a network has frozen, a browser waits for minutes. */
const LOAD_TIMEOUT_MS = 15_000;

export interface PartSurroundings {
  readonly clock: Clock;
  readonly environment: Pick<Environment, 'isOnline' | 'isReloaded'>;
}

export interface LoadLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** A part of this package that is not loaded with the page. */
export interface LazyPart<Module> {
  /**
   * What is here already comes without the network.
   *
   * @throws {QuireError} `unreachable`; `part-not-loaded` where the network is not to blame
   */
  load(limits?: LoadLimits): Promise<Module>;
  /**
   * So that it is here once it is needed. Whoever needs it then is told what went wrong. Not where the page was
   * reloaded: many reload themselves where a part is missing, as the docs of Vite have it, and would without end.
   */
  fetchAhead(): void;
}

export function createLazyPart<Module>(
  importNow: () => Promise<Module>,
  { clock, environment }: PartSurroundings,
): LazyPart<Module> {
  // What a bundler puts around an import may throw: Vite's looks for the document of the page, in a worker too.
  const importPart = async () => importNow();
  return {
    async load({ signal, timeoutMs = LOAD_TIMEOUT_MS } = {}) {
      const patience = createPatience(clock, signal);
      patience.expect(timeoutMs);
      try {
        return await unlessAborted(importPart(), patience.signal);
      } catch (cause) {
        signal?.throwIfAborted();
        // Browsers may keep a failed import for as long as the page lives; one that has not ended may still bring it.
        throw patience.signal.aborted || !environment.isOnline() ? unreachable(cause) : partNotLoaded(cause);
      } finally {
        patience.end();
      }
    },
    fetchAhead() {
      if (!environment.isReloaded()) importPart().catch(() => {});
    },
  };
}
