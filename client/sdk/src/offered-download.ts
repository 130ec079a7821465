import type { Downloaded, FirstDownload, FirstDownloadOptions } from './first-download.ts';
import { loadPart } from './load-part.ts';
import { requestState } from './request-state.ts';

/** A document that this device does not have: most are small, and need nothing of what downloads a large one. */
export interface OfferedDownload {
  /** Whether it is so large that the server offers it; null when it can't be asked. */
  isOffered(token: string): Promise<boolean | null>;
  /** As {@link FirstDownload.finish}. */
  finish(token: string, signal: AbortSignal): Promise<Downloaded | null>;
}

export function createOfferedDownload(options: FirstDownloadOptions): OfferedDownload {
  let begun: FirstDownload | null = null;
  return {
    async isOffered(token) {
      try {
        const { status } = await requestState(options, 'HEAD', { token });
        return status >= 500 ? null : status === 200;
      } catch {
        return null;
      }
    },
    async finish(token, signal) {
      const part = await loadPart(() => import('./first-download.ts'), options.clock, signal);
      begun ??= new part.FirstDownload(options);
      return begun.finish(token, signal);
    },
  };
}
