import type { Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test';
import { test as base, expect } from '@quire/testing/playwright';
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
  /** What the browsers of a test have in common. */
  readonly browserOptions: BrowserContextOptions;
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
  browserOptions: [{}, { option: true }],

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
    expect(faults).toEqual([]);
  },

  ada: async ({ invite }, use) => use(await invite('Ada')),
  ben: async ({ invite }, use) => use(await invite('Ben')),
});

export { expect };

/** A browser whose owner has said their name already. */
async function openContext(
  browser: Browser,
  origin: string,
  name: string,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  const person = JSON.stringify({ name, color: colors[name] ?? OTHER_COLOR });
  // By `storageState` it would cost a page of its own, opened at the server before the first one: a sixth of what a person costs.
  await context.addInitScript(introduce, { origin, person });
  return context;
}

/** Runs in every page, before it; who gave themselves another name there keeps it. */
function introduce({ origin, person }: { readonly origin: string; readonly person: string }): void {
  if (self.origin === origin && localStorage.getItem('quire.person') === null) {
    localStorage.setItem('quire.person', person);
  }
}
