import type { ServerProcess } from './server-process.ts';

/** What only a server in a process of its own has. */
const NAMES = ['kill', 'restartBriefly', 'pid', 'log'] as const satisfies readonly (keyof ServerProcess)[];

/**
 * TypeScript knows that a server in this process has none of these; a test in JavaScript is told how it gets one. Whoever
 * prints or compares servers does not ask: none is enumerable.
 */
export function refuseOwnProcessOnly(server: object): void {
  for (const name of NAMES) {
    Object.defineProperty(server, name, {
      get() {
        throw new TypeError(`\`${name}\` needs a server in a process of its own: startServer({ ownProcess: true })`);
      },
    });
  }
}
