import { dirname } from 'node:path';
import { type Bundle, bundle } from '../packages/bundle.ts';
import { expect, test as withServer } from './fixtures.ts';
import { type PageServer, serveProgram } from './page-server.ts';
import { makeToken, SECRETS } from './token-link.ts';

const root = dirname(dirname(import.meta.dirname));

/** Does with documents what a page about them does, and leaves it to whoever asks. */
const PROGRAM = `
import { connect } from '@quire/client';

const client = connect({ url: new URLSearchParams(location.search).get('server') });
const said = (deed) => deed.catch((error) => error.code + ' ' + error.problem);
window.createDocument = (name) => said(client.documents.create({ name, title: 'Of the shop' }).then(({ title }) => title));
window.listDocuments = () => said(client.documents.list().then(({ documents }) => documents.map(({ name }) => name)));
window.writeText = (name, body) => said(
  client.api.call('replaceContent', { parameters: { name }, type: 'text/plain', body })
    .then(() => client.api.call('readContent', { parameters: { name }, query: { format: 'text' } })),
);
`;

interface Program {
  createDocument(name: string): Promise<string>;
  listDocuments(): Promise<readonly string[] | string>;
  writeText(name: string, text: string): Promise<string>;
}

const test = withServer.extend<{ readonly shop: PageServer }, { readonly program: Bundle }>({
  program: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
    async ({}, use) => use(await bundle(root, PROGRAM)),
    { scope: 'worker' },
  ],
  shop: async ({ program }, use) => {
    const shop = await serveProgram(program);
    await use(shop);
    await shop.close();
  },
  // Named, as a shop’s own pages are: of whoever `*` lets in, a cookie would say nothing.
  serverOptions: async ({ shop }, use) => use({ env: { QUIRE_ALLOWED_ORIGINS: shop.url, QUIRE_JWT_SECRETS: SECRETS } }),
});

test('a page of another origin lists, makes and fills documents, as whom a cookie names', async ({
  ada: { context, page },
  server,
  shop,
}) => {
  await page.goto(`${shop.url}/?server=${encodeURIComponent(server.wsUrl)}`);
  const list = () => page.evaluate(() => (window as unknown as Program).listDocuments());
  expect(await list()).toBe('refused unauthorized');

  await context.addCookies([{ name: 'quire_token', value: makeToken('--user', 'ada'), url: server.url }]);
  const create = (name: string) => page.evaluate((asked) => (window as unknown as Program).createDocument(asked), name);
  expect(await create('plan')).toBe('Of the shop');
  expect(await create('plan')).toBe('refused document-exists');
  expect(await list()).toEqual(['plan']);
  const written = await page.evaluate(() => (window as unknown as Program).writeText('plan', 'Six loaves.'));
  expect(written.trim()).toBe('Six loaves.');
});
