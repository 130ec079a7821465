import type { ProviderTypist } from './provider-typists.ts';

/** How somebody with a published provider came back, which nobody can tell when the server is ready. */
export interface Return {
  readonly name: string;
  /** For how long they may pause between two attempts, after those that failed until the server was ready. */
  readonly longestPauseMs: number;
  /** How often they tried once it was ready; not at all who had begun just before. */
  readonly attempts: number;
}

/** From when the server goes; what it returns is called when it is ready, and what that returns once everybody is back. */
export function followReturns(typists: readonly ProviderTypist[]): () => () => readonly Return[] {
  const atFirst = typists.map(({ attempts }) => attempts);
  return () => {
    const whenReady = typists.map(({ attempts }, index) => ({ attempts, failed: attempts - (atFirst[index] ?? 0) }));
    return () =>
      typists.map(({ name, attempts, longestPauseMs }, index) => {
        const then = whenReady[index] ?? { attempts: 0, failed: 0 };
        return { name, longestPauseMs: longestPauseMs(then.failed), attempts: attempts - then.attempts };
      });
  };
}
