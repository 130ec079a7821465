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
  /** By the elements that it was told on. */
  readonly on: string[];
  asked: number;
  fault: string | null;
}

const CHAT = '<quire-chat document="talk" name="Ada"></quire-chat>';

/** A page with elements whose `getToken` fails with `window.fault`, as long as there is one; the first of them has it. */
async function open(page: Page, serverUrl: string, elements = CHAT): Promise<void> {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A chat</title>
<script type="module" src="${serverUrl}/widgets/quire.js"></script>
<body>${elements}
<script>
  Object.assign(window, { told: [], on: [], asked: 0, fault: 'signed out' });
  addEventListener('quire-error', ({ detail: { code, message } }) => told.push({ code, message }));
  for (const element of document.querySelectorAll('body *:not(script)')) {
    element.addEventListener('quire-error', ({ target }) => target === element && on.push(element.localName));
  }
  const [first] = document.body.children;
  first.getToken = async () => {
    asked += 1;
    if (fault !== null) throw new Error(fault);
    return 'no such token';
  };
  first.server = '${serverUrl}';
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

test('of a room that several elements show a page hears once, and each element’s own listener too', async ({
  ada: { page },
  server,
}) => {
  const inside = ['quire-chat', 'quire-presence', 'quire-whiteboard'];
  const elements = inside.map((name) => `<${name}></${name}>`).join('');
  await open(page, server.url, `<quire-room document="talk" name="Ada">${elements}</quire-room>`);
  const heardOn = () => page.evaluate(() => (window as unknown as PageWindow).on.toSorted());
  await expect.poll(heardOn).toEqual([...inside, 'quire-room'].toSorted());
  expect(await toldOn(page)).toEqual([noToken('signed out')]);
  await setFault(page, 'no network');
  await expect.poll(heardOn).toHaveLength(2 * (inside.length + 1));
  expect(await toldOn(page)).toEqual([noToken('signed out'), noToken('no network')]);
});

for (const [tag, part, shown] of [
  ['quire-editor', 'mount-editor', '[part~=text]'],
  ['quire-code', 'mount-code', '.cm-content'],
  ['quire-map', 'leaflet-map', '.leaflet-pane'],
] as const) {
  test(`<${tag}> whose code can not be fetched says so, and fetches it once somebody tries again`, async ({
    ada: { page },
    server,
  }) => {
    await page.route(new RegExp(`/assets/${part}-[^/]+\\.js$`), (route) => route.abort());
    await open(page, server.url, `<${tag} document="talk" name="Ada"></${tag}>`);
    await setFault(page, null);
    const element = page.locator(tag);
    await expect(element.getByRole('alert').filter({ hasText: 'could not be loaded' })).toBeVisible();
    await expect.poll(() => toldOn(page)).toContainEqual({ code: 'part-not-loaded', message: expect.any(String) });
    await page.unrouteAll();
    await element.getByRole('button', { name: 'Try again' }).click();
    await expect(element.locator(shown).first()).toBeAttached();
    await expect(element.getByRole('alert').filter({ hasText: 'could not be loaded' })).toHaveCount(0);
  });
}

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
