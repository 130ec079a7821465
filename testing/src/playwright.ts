import {
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  type Page,
  type TestInfo,
} from '@playwright/test';
import { type Link, openLink } from './links/person-link.ts';
import { describeTimeline, type Timeline } from './links/timeline.ts';
import { createLetIn, type LetIn } from './people/let-in.ts';
import { assertOwnProcess } from './server-options.ts';
import { type OwnProcessServer, type OwnProcessServerOptions, startServer } from './start-server.ts';

export type { LetIn };

/** A browser of somebody's own, and their own way to the server. */
export interface BrowserPerson {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Fails on demand, for whatever this page connects to by `link.wsUrl` or `link.url`. */
  readonly link: Link;
}

export interface QuireFixtures {
  /**
   * How the server of a test is started: always on disk and in a process of its own, which can be killed. Takes `auth`, `env`
   * (`QUIRE_…` variables), `data`, `port`, `startsWith` and `program`.
   */
  readonly serverOptions: Omit<OwnProcessServerOptions, 'ownProcess'>;
  /** A server of this test's own. When the test fails, what it printed is attached. */
  readonly server: OwnProcessServer;
  /** The way of `page` to the server: give it to the page in place of the server's own address. */
  readonly link: Link;
  /** One more browser, with a way to the server of its own. */
  readonly openBrowser: (name: string, options?: BrowserContextOptions) => Promise<BrowserPerson>;
  /** Lets people in without a browser. */
  readonly person: LetIn;
  /** Everybody of whom, when the test fails, it is attached what went over their lines. */
  readonly timelines: Map<string, { readonly timeline: Timeline }>;
}

const PAGE = 'the page';

/**
 * `test` of Playwright, with a server, people in it, and browsers whose network fails on demand.
 *
 * @example
 * import { expect, test } from '@quire/testing/playwright';
 *
 * test('what is typed offline arrives', async ({ page, link, person }) => {
 *   await page.goto(`/editor?collab=${encodeURIComponent(`${link.wsUrl}/collab`)}`);
 *   await link.offline();
 * });
 */
export const test = base.extend<QuireFixtures>({
  serverOptions: [{}, { option: true }],

  server: async ({ serverOptions }, use, testInfo) => {
    assertOwnProcess(serverOptions);
    const server = await startServer({ ...serverOptions, ownProcess: true });
    await use(server);
    if (hasFailed(testInfo)) {
      await testInfo.attach('server log', { body: server.log, contentType: 'text/plain' });
    }
    await server.stop();
  },

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
  timelines: async ({}, use, testInfo) => {
    const timelines = new Map<string, { readonly timeline: Timeline }>();
    await use(timelines);
    if (!hasFailed(testInfo) || timelines.size === 0) return;
    const body = describeTimeline(Object.fromEntries(timelines));
    await testInfo.attach('timeline', { body, contentType: 'text/plain' });
  },

  link: async ({ server, timelines }, use) => {
    const link = await openLink(server.wsUrl);
    timelines.set(PAGE, link);
    await use(link);
    await link.close();
  },

  openBrowser: async ({ browser, server, timelines }, use) => {
    const people: BrowserPerson[] = [];
    await use(async (name, options) => {
      const link = await openLink(server.wsUrl);
      timelines.set(name, link);
      const context = await browser.newContext(options);
      const person = { name, context, page: await context.newPage(), link };
      people.push(person);
      return person;
    });
    for (const { context, link } of people) {
      await context.close();
      await link.close();
    }
  },

  person: async ({ server, timelines }, use) => {
    await use(createLetIn(server, (name, joined) => timelines.set(name, joined)));
  },
});

export { expect } from '@playwright/test';

function hasFailed({ status, expectedStatus }: TestInfo): boolean {
  return status !== expectedStatus;
}
