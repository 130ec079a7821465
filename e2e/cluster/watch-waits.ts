import type { SdkTypist } from '../drain/sdk-typist.ts';

export interface Waits {
  /** By name, the longest time that somebody could not save, in milliseconds; what goes on at the moment counts. */
  readonly longest: Readonly<Record<string, number>>;
  stop(): void;
}

const LOOK_EVERY_MS = 10;

export function watchWaits(typists: readonly SdkTypist[]): Waits {
  const longest: Record<string, number> = {};
  const since = new Map<SdkTypist, number>();
  const look = (): void => {
    const now = performance.now();
    for (const typist of typists) {
      if (typist.isConnected) {
        since.delete(typist);
        continue;
      }
      const began = since.get(typist) ?? now;
      since.set(typist, began);
      longest[typist.name] = Math.max(longest[typist.name] ?? 0, Math.round(now - began));
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    get longest() {
      look();
      return { ...longest };
    },
    stop: () => clearInterval(timer),
  };
}
