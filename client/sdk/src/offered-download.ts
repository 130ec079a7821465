import type { Downloaded, FirstDownload, FirstDownloadOptions } from './first-download.ts';
import type { Parts } from './parts.ts';
import { requestState } from './request-state.ts';

/**
 * How long a download waits for the code that makes it, which is asked for once the document is known to be a large one. On a
 * network that has frozen, the socket may bring the document before the code would come.
 */
const PART_PATIENCE_MS = 1_500;

/** A document that this device does not have: most are small, and need nothing of what downloads a large one. */
export interface OfferedDownload {
  /** Whether it is so large that the server offers it; null when it can't be asked. */
  isOffered(token: string, signal: AbortSignal): Promise<boolean | null>;
  /** As {@link FirstDownload.finish}. @throws {QuireError} where the code for it can't be had */
  finish(token: string, signal: AbortSignal): Promise<Downloaded | null>;
}

export function createOfferedDownload(options: FirstDownloadOptions, part: Parts['calls']): OfferedDownload {
  let begun: FirstDownload | null = null;
  return {
    async isOffered(token, signal) {
      try {
        const { status } = await requestState(options, 'HEAD', { token, signal });
        if (status === 200) part.fetchAhead();
        return status >= 500 ? null : status === 200;
      } catch {
        return null;
      }
    },
    async finish(token, signal) {
      if (begun === null) {
        const { FirstDownload } = await part.load({ signal, timeoutMs: PART_PATIENCE_MS });
        begun = new FirstDownload(options);
      }
      return begun.finish(token, signal);
    },
  };
}
