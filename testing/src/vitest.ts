import { test as base, type TestAPI } from 'vitest';
import { describeTimeline, TIMELINE_HEADING } from './links/timeline.ts';
import type { JoinedPerson } from './people/join.ts';
import { createLetIn, type LetIn } from './people/let-in.ts';
import { createRandom, type Random } from './random.ts';
import { chooseSeed, describeSeed, SEED_VARIABLE } from './seeded.ts';
import {
  type DiskServer,
  type DiskServerOptions,
  type MemoryServer,
  type MemoryServerOptions,
  type OwnProcessServer,
  type OwnProcessServerOptions,
  startServer,
  type TestServer,
  type TestServerOptions,
} from './start-server.ts';

export type { LetIn };

/** Of tests whose servers are of any kind; those of `testWith` are of one. */
export interface QuireFixtures<
  Server extends TestServer = TestServer,
  Options extends TestServerOptions = TestServerOptions,
> {
  /** How the server of a test is started. */
  readonly serverOptions: Options;
  /** A server of this test's own. */
  readonly server: Server;
  /** Lets people in. When the test fails, what went over their lines is printed. */
  readonly person: LetIn;
  /** Numbers that look random. When the test fails, the seed is printed. */
  readonly random: Random;
}

/**
 * `test` of vitest, with a server and people in it. The server is what `startServer()` starts, or what `test.override('serverOptions', …)` says.
 *
 * @example
 * import { converged } from '@quire/testing';
 * import { test } from '@quire/testing/vitest';
 *
 * test('what one writes, the other reads', async ({ person }) => {
 *   const ada = await person('Ada');
 *   const ben = await person('Ben');
 *   ada.doc.getText('body').insert(0, 'Hello');
 *   await converged({ ada, ben });
 * });
 */
export const test: TestAPI<QuireFixtures> = createTest({});

/**
 * The same with servers of one kind, and what only these have: `kill` and `log` of one in a process of its own, `data` of one on
 * disk, `server` of one in this process.
 *
 * @example
 * const test = testWith({ ownProcess: true });
 *
 * test('what was saved is there after a kill', async ({ server, person }) => {
 *   const ada = await person('Ada');
 *   ada.doc.getText('body').insert(0, 'saved');
 *   await ada.saved();
 *   await server.kill();
 *   await server.restart();
 * });
 */
export function testWith(options: DiskServerOptions): TestAPI<QuireFixtures<DiskServer, DiskServerOptions>>;
export function testWith(options: MemoryServerOptions): TestAPI<QuireFixtures<MemoryServer, MemoryServerOptions>>;
export function testWith(
  options: OwnProcessServerOptions,
): TestAPI<QuireFixtures<OwnProcessServer, OwnProcessServerOptions>>;
export function testWith(options: TestServerOptions): unknown {
  return createTest(options);
}

function createTest(options: TestServerOptions): TestAPI<QuireFixtures> {
  return base.extend<QuireFixtures>({
    serverOptions: options,

    server: async ({ serverOptions }, use) => {
      const server = await startServer(serverOptions);
      await use(server);
      await server.stop();
    },

    person: async ({ server, onTestFailed }, use) => {
      const people: Record<string, JoinedPerson> = {};
      onTestFailed(({ task }) => {
        // Of those who did not converge it has been told already.
        if (task.result?.errors?.some(({ message }) => message.includes(TIMELINE_HEADING))) return;
        console.error(describeTimeline(people));
      });
      await use(
        createLetIn(server, (name, joined) => {
          people[name] = joined;
        }),
      );
    },

    random: async ({ onTestFailed }, use) => {
      const seed = chooseSeed(process.env[SEED_VARIABLE]);
      onTestFailed(() => console.error(describeSeed(seed)));
      await use(createRandom(seed));
    },
  });
}
