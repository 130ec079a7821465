import type { Locator, Page } from '@playwright/test';
import type { OwnProcessServer } from '@quire/testing';
import { expect, test } from './fixtures.ts';
import { type PageServer, servePages } from './page-server.ts';

test.use({ serverOptions: { auth: 'tokens' } });

/** Nobody ever writes in it. */
const DOCUMENT = 'shop/news';

let site: PageServer;

test.afterEach(() => site.close());

/** As the backend of a shop does. */
async function send(server: OwnProcessServer, name: string, data: unknown): Promise<void> {
  const answer = await fetch(`${server.url}/v1/documents/${encodeURIComponent(DOCUMENT)}/events`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${server.token('editor', { user: 'shop' })}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ name, data }),
  });
  expect(answer.status).toBe(202);
}

function tokenOf(server: OwnProcessServer, user: string): string {
  return server.token({ 'shop/*': 'editor' }, { user });
}

function pageOf(server: OwnProcessServer, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A shop</title>
<script type="module" src="${server.url}/widgets/quire.js"></script>
<body>${body}</body>
</html>`;
}

function bellOf(page: Page, name: string): Locator {
  return page.locator('quire-notifications').getByRole('button', { name, exact: true });
}

test('on a page of another origin quotes, an order book and notices come from a backend, under a policy that allows nothing inline', async ({
  ada: { page },
  server,
}) => {
  const html = pageOf(
    server,
    `<quire-room server="${server.url}" document="${DOCUMENT}" token="${tokenOf(server, 'ada')}">
      <quire-ticker></quire-ticker>
      <quire-ticker kind="book" depth="2"></quire-ticker>
      <quire-notifications></quire-notifications>
    </quire-room>`,
  );
  const policy = `default-src 'none'; script-src ${server.url}; style-src 'self'; connect-src ${server.url} ${server.wsUrl}`;
  site = await servePages({ '/': { html, policy } });
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => violations.push(violatedDirective));
  });
  await page.goto(site.url);
  for (const element of await page.locator('quire-ticker, quire-notifications').all()) {
    await expect(element).toHaveAttribute('status', 'saved');
  }

  await send(server, 'quote', [
    { symbol: 'ACME', price: 10 },
    { symbol: 'INIT', price: 500 },
  ]);
  const quotes = page.getByRole('table', { name: 'Quotes' });
  await expect(quotes.getByRole('row', { name: /ACME/ })).toContainText('10.00');
  await expect(quotes.getByRole('row', { name: /INIT/ })).toContainText('500.00');

  // Of two books under one name the first whole one is shown, and none of the other goes into it.
  await send(server, 'book', { symbol: 'INIT', bids: [[499, 9]] });
  await send(server, 'book', { symbol: 'ACME', whole: true, bids: [[9.9, 3]], asks: [[10.1, 4]] });
  await send(server, 'book', { symbol: 'INIT', whole: true, bids: [[499, 9]], asks: [[501, 8]] });
  await send(server, 'book', { symbol: 'INIT', bids: [[498, 7]], asks: [[501, 0]] });
  await send(server, 'book', { symbol: 'ACME', bids: [[9.8, 2]] });
  const book = page.getByRole('group', { name: 'Order book of ACME' });
  await expect(book.getByRole('table', { name: 'Bid' }).locator('tbody td')).toHaveText([
    '9.90',
    '3.00',
    '9.80',
    '2.00',
  ]);
  await expect(book.getByRole('table', { name: 'Ask' }).locator('tbody td')).toHaveText(['10.10', '4.00']);
  await expect(book.getByText('ACME', { exact: true })).toBeVisible();

  await send(server, 'notification', { title: 'Order 17 was created', severity: 'success' });
  await expect(page.getByRole('status').getByText('Order 17 was created')).toBeVisible();
  await bellOf(page, 'Notifications, 1 unread').click();
  await expect(page.getByRole('region', { name: 'Notifications' }).getByText('Order 17 was created')).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
});

test('[G6] what somebody was told on a device is there for them again, and not for who signs in there next', async ({
  ada: { page },
  server,
}) => {
  const sheet = (user: string) => ({
    html: pageOf(
      server,
      `<quire-notifications server="${server.url}" document="${DOCUMENT}" token="${tokenOf(server, user)}"></quire-notifications>`,
    ),
  });
  site = await servePages({ '/ada': sheet('ada'), '/ben': sheet('ben') });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const signIn = async (user: string) => {
    await page.goto(`${site.url}/${user}`);
    await expect(page.locator('quire-notifications')).toHaveAttribute('status', 'saved');
  };

  await signIn('ada');
  await send(server, 'notification', { title: 'For Ada' });
  await expect(bellOf(page, 'Notifications, 1 unread')).toBeVisible();
  await signIn('ben');
  await send(server, 'notification', { title: 'For Ben' });
  await expect(bellOf(page, 'Notifications, 1 unread')).toBeVisible();
  // What he knows of before he has from the device.
  await signIn('ben');
  await bellOf(page, 'Notifications, 1 unread').click();
  const list = page.getByRole('region', { name: 'Notifications' });
  await expect(list.getByRole('listitem')).toHaveText([/For Ben/]);
  await list.getByRole('button', { name: 'Mark all as read' }).click();
  await signIn('ada');
  await bellOf(page, 'Notifications, 1 unread').click();
  await expect(list.getByRole('listitem')).toHaveText([/For Ada/]);

  // Who they are is known without asking for comments, nor opening them.
  expect(asked.filter((path) => path.endsWith('/threads'))).toEqual([]);
  const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));
  expect(databases.filter((name) => name.includes('~comments'))).toEqual([]);
});

test('[G6] when somebody else signs in on an open page, what the one before was told leaves the screen', async ({
  ada: { page },
  server,
  link,
}) => {
  const tokens = JSON.stringify({ ada: tokenOf(server, 'ada'), ben: tokenOf(server, 'ben') });
  const html = pageOf(
    server,
    `<quire-notifications server="${link.url}" document="${DOCUMENT}"></quire-notifications>
    <script>
      const tokens = ${tokens};
      window.user = 'ada';
      document.querySelector('quire-notifications').getToken = async () => tokens[window.user];
    </script>`,
  );
  site = await servePages({ '/': { html } });
  await page.goto(site.url);
  const signIn = async (user: string) => {
    await page.evaluate((name) => Object.assign(window, { user: name }), user);
    await link.cut();
  };
  await expect(page.locator('quire-notifications')).toHaveAttribute('status', 'saved');
  for (const title of ['For Ada', 'For her, too']) await send(server, 'notification', { title, severity: 'error' });
  const toast = page.getByRole('alert').getByText('For Ada');
  await expect(toast).toBeVisible();
  await expect(bellOf(page, 'Notifications, 2 unread')).toBeVisible();

  await signIn('ben');
  await expect(bellOf(page, 'Notifications')).toBeVisible();
  await expect(toast).toBeHidden();
  await send(server, 'notification', { title: 'For Ben' });
  await expect(bellOf(page, 'Notifications, 1 unread')).toBeVisible();

  await signIn('ada');
  await bellOf(page, 'Notifications, 2 unread').click();
  const list = page.getByRole('region', { name: 'Notifications' });
  await expect(list.getByRole('listitem')).toHaveText([/For her, too/, /For Ada/]);
});
