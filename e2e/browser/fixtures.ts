import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  type Page,
} from '@playwright/test';
import { type DiskServer, type DiskServerOptions, startServer } from '@quire/testing';
import { EditorPage } from './editor-page.ts';
import { HomePage } from './home-page.ts';

/** A person with a browser of their own: nothing in it is shared with anybody else's. */
export interface Actor {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly home: HomePage;
  readonly editor: EditorPage;
}

interface Fixtures {
  /** How the server of a test differs from one that is started with no settings. */
  readonly serverOptions: Omit<DiskServerOptions, 'data'>;
  /** What the browsers of a test have in common. */
  readonly browserOptions: BrowserContextOptions;
  readonly data: string;
  readonly server: DiskServer;
  /** Where browsers find the server: it may be a proxy in front of it. */
  readonly address: string;
  /** Lets one more person in. */
  readonly invite: (name: string) => Promise<Actor>;
  readonly ada: Actor;
  readonly ben: Actor;
}

const colors: Readonly<Record<string, string>> = { Ada: '#7c3aed', Ben: '#0c7079' };
const OTHER_COLOR = '#b0430a';

export const test = base.extend<Fixtures>({
  serverOptions: [{}, { option: true }],
  browserOptions: [{}, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
  data: async ({}, use) => {
    const data = await mkdtemp(join(tmpdir(), 'quire-browser-'));
    await use(data);
    await rm(data, { recursive: true, force: true });
  },

  server: async ({ data, serverOptions }, use, testInfo) => {
    const server = await startServer({ ...serverOptions, data });
    await use(server);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server log', { body: server.log, contentType: 'text/plain' });
    }
    await server.stop();
  },

  address: async ({ server }, use) => use(server.url),

  invite: async ({ browser, address, browserOptions }, use) => {
    const contexts: BrowserContext[] = [];
    const faults: Error[] = [];
    await use(async (name) => {
      const context = await openContext(browser, address, name, browserOptions);
      contexts.push(context);
      context.on('weberror', (fault) => faults.push(fault.error()));
      const page = await context.newPage();
      return { name, context, page, home: new HomePage(page, address), editor: new EditorPage(page, address) };
    });
    for (const context of contexts) await context.close();
    // What a page throws where nobody catches it is a fault, even if the screen looks right.
    base.expect(faults).toEqual([]);
  },

  ada: async ({ invite }, use) => use(await invite('Ada')),
  ben: async ({ invite }, use) => use(await invite('Ben')),
});

export { expect } from '@playwright/test';

/** A browser whose owner has said their name already. */
function openContext(
  browser: Browser,
  origin: string,
  name: string,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const person = JSON.stringify({ name, color: colors[name] ?? OTHER_COLOR });
  return browser.newContext({
    ...options,
    storageState: { cookies: [], origins: [{ origin, localStorage: [{ name: 'quire.person', value: person }] }] },
  });
}
