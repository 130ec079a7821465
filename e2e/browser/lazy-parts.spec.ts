import { dirname } from 'node:path';
import type { Client } from '@quire/client';
import { type Bundle, bundle } from '../packages/bundle.ts';
import { expect, test as withServer } from './fixtures.ts';
import { type PageServer, serveProgram } from './page-server.ts';

const root = dirname(dirname(import.meta.dirname));

/** Has a client, for whoever looks into the page. */
const PROGRAM = `
import { connect } from '@quire/client';

window.client = connect({ url: new URLSearchParams(location.search).get('server') });
`;

type Program = Window & { readonly client: Client };

/** What is loaded later than the page, by the names of its files. */
const PARTS = /\/assets\/(?:calls|rest-call)-/;

const test = withServer.extend<{ readonly site: PageServer; readonly pageUrl: string }, { readonly program: Bundle }>({
  program: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
    async ({}, use) => use(await bundle(root, PROGRAM)),
    { scope: 'worker' },
  ],
  site: async ({ program }, use) => {
    const site = await serveProgram(program);
    await use(site);
    await site.close();
  },
  serverOptions: async ({ site }, use) => use({ env: { QUIRE_ALLOWED_ORIGINS: site.url } }),
  pageUrl: async ({ server, site }, use) => use(`${site.url}/?server=${encodeURIComponent(server.wsUrl)}`),
});

/** Runs in the page. */
const listDocuments = () =>
  (window as unknown as Program).client.documents.list().then(
    ({ documents }) => ({ names: documents.map(({ name }) => name) }),
    ({ code, retryable, message }) => ({ code, retryable, message }),
  );

test('a page that has opened a document makes its first other call after it was offline', async ({
  ada: { context, page },
  pageUrl,
}) => {
  const fetched = page.waitForResponse(PARTS);
  await page.goto(pageUrl);
  await page.waitForFunction(() => 'client' in window);
  await page.evaluate(async () => {
    const room = (window as unknown as Program).client.open('plan');
    room.doc.getText('body').insert(0, 'Six loaves.');
    await room.whenSaved();
  });
  await (await fetched).finished();

  await context.setOffline(true);
  expect(await page.evaluate(listDocuments)).toMatchObject({ code: 'unreachable', retryable: true });
  await context.setOffline(false);
  expect(await page.evaluate(listDocuments)).toEqual({ names: ['plan'] });
});

test('a page that was offline at its first call of all makes the next one', async ({
  ada: { context, page },
  pageUrl,
}) => {
  await page.goto(pageUrl);
  await page.waitForFunction(() => 'client' in window);
  await context.setOffline(true);
  expect(await page.evaluate(listDocuments)).toMatchObject({ code: 'unreachable', retryable: true });
  await context.setOffline(false);
  expect(await page.evaluate(listDocuments)).toEqual({ names: [] });
});

test('a page that reloads itself where a part is missing does so once for a part that nobody needs', async ({
  ada: { page },
  pageUrl,
}) => {
  await page.route(PARTS, (route) => route.fulfill({ status: 404 }));
  await page.addInitScript(() => {
    window.addEventListener('vite:preloadError', () => {
      sessionStorage.missing = `${readMissing() + 1}`;
      if (readMissing() === 1) location.reload();
    });
    const readMissing = () => Number(sessionStorage.missing ?? 0);
  });
  const openDocument = () => page.evaluate(() => void (window as unknown as Program).client.open('plan'));
  await page.goto(pageUrl);
  await page.waitForFunction(() => 'client' in window);
  const reloaded = page.waitForEvent('load');
  await openDocument();
  await reloaded;
  await page.waitForFunction(() => 'client' in window);
  await openDocument();
  await page.evaluate(() => (window as unknown as Program).client.open('plan').whenLoaded());
  const readMissing = () => page.evaluate(() => sessionStorage.missing);
  expect(await page.evaluate(listDocuments)).toMatchObject({ code: 'part-not-loaded' });
  expect(await readMissing()).toBe('2');
});

test('a page whose deployment is gone says that it has to be loaded again, and still makes a copy of a document', async ({
  ada: { page },
  pageUrl,
}) => {
  await page.route(PARTS, (route) => route.fulfill({ status: 404 }));
  await page.goto(pageUrl);
  await page.waitForFunction(() => 'client' in window);
  const copied = await page.evaluate(async () => {
    const room = (window as unknown as Program).client.open('plan');
    room.doc.getText('body').insert(0, 'Six loaves.');
    await room.whenSaved();
    return room.saveAs({ name: 'copy' });
  });
  expect(copied).toBe('copy');
  expect(await page.evaluate(listDocuments)).toEqual({
    code: 'part-not-loaded',
    retryable: false,
    message: 'A part of this page could not be loaded. Reload the page.',
  });

  await page.unroute(PARTS);
  await page.reload();
  await page.waitForFunction(() => 'client' in window);
  expect(await page.evaluate(listDocuments)).toEqual({ names: ['copy', 'plan'] });
});
