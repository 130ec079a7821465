import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { type PageServer, servePages } from './page-server.ts';
import { SECRETS } from './token-link.ts';

let site: PageServer;

test.afterEach(() => site.close());

interface Told {
  readonly code: string;
  readonly message: string;
}

interface PageWindow {
  readonly told: Told[];
  asked: number;
  fault: string | null;
}

/** A page with a chat whose `getToken` fails with `window.fault`, as long as there is one. */
async function open(page: Page, serverUrl: string): Promise<void> {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A chat</title>
<script type="module" src="${serverUrl}/widgets/quire.js"></script>
<body><quire-chat server="${serverUrl}" document="talk" name="Ada"></quire-chat>
<script>
  Object.assign(window, { told: [], asked: 0, fault: 'signed out' });
  addEventListener('quire-error', ({ detail: { code, message } }) => told.push({ code, message }));
  document.querySelector('quire-chat').getToken = async () => {
    asked += 1;
    if (fault !== null) throw new Error(fault);
    return 'no such token';
  };
</script></body>
</html>`;
  site = await servePages({ '/': { html } });
  await page.goto(site.url);
}

const toldOn = (page: Page): Promise<Told[]> => page.evaluate(() => (window as unknown as PageWindow).told);
const askedOn = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as PageWindow).asked);

function setFault(page: Page, fault: string | null): Promise<unknown> {
  return page.evaluate((now) => Object.assign(window, { fault: now }), fault);
}

const noToken = (why: string): object => ({ code: 'no-token', message: expect.stringContaining(why) });

test('a page whose `getToken` fails hears of it once, however often it is asked, and again when it fails otherwise', async ({
  ada: { page },
  server,
}) => {
  await open(page, server.url);
  await expect.poll(() => toldOn(page)).toEqual([noToken('signed out')]);
  const before = await askedOn(page);
  await expect.poll(() => askedOn(page)).toBeGreaterThan(before + 2);
  expect(await toldOn(page)).toHaveLength(1);
  await setFault(page, 'no network');
  await expect.poll(() => toldOn(page)).toEqual([noToken('signed out'), noToken('no network')]);
  await setFault(page, null);
  await expect(page.locator('quire-chat')).toHaveAttribute('status', 'saved');
  expect(await toldOn(page)).toHaveLength(2);
});

test.describe('where the server asks for tokens', () => {
  test.use({ serverOptions: { env: { QUIRE_JWT_SECRETS: SECRETS } } });

  test('[G6] a page whose token is refused hears of it', async ({ ada: { page }, server }) => {
    await open(page, server.url);
    await expect.poll(() => toldOn(page)).toEqual([noToken('signed out')]);
    await setFault(page, null);
    await expect
      .poll(() => toldOn(page))
      .toEqual([noToken('signed out'), { code: 'cannot-save', message: expect.stringContaining('Can’t save') }]);
  });
});
