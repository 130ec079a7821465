import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSnippets } from '../../scripts/snippets/read-snippets.ts';
import { expect, test } from './fixtures.ts';
import { type PageServer, servePages } from './page-server.ts';
import { widgetTags } from './widget-tags.ts';

const root = dirname(dirname(import.meta.dirname));
/** Where readers find tags to copy; README.md is that of the project. */
const PAGES = ['README.md', 'client/widgets/README.md', 'docs/widgets.md'];
/** Which of their blocks this test runs. */
const MARK = 'e2e/browser/widget-docs.spec.ts';

const blocks = PAGES.flatMap((page) => findSnippets(page, readFileSync(join(root, page), 'utf8'))).filter(
  ({ fate }) => fate.kind === 'elsewhere' && fate.test === MARK,
);
const codeOf = (language: string): readonly string[] =>
  blocks.filter((block) => block.language === language).map(({ code }) => code);

let site: PageServer;

test.afterEach(() => site.close());

test('all tags that the docs show, in one page with their styles and scripts, are saved, and do what is said of them', async ({
  ada: { page },
  ben,
  server,
}) => {
  const [tags, styles, scripts] = [codeOf('html'), codeOf('css'), codeOf('js')];
  expect([tags.length, styles.length, scripts.length]).toEqual([15, 2, 2]);
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Everything that is shown</title>
<style>${styles.join('\n')}</style>
<script type="module" src="SERVER/widgets/quire.js"></script>
<body>
<script>window.report = () => {};</script>
${tags.join('\n')}
<script type="module">${scripts.join('\n')}</script>`;
  site = await servePages({
    '/': { html: html.replaceAll(/SERVER|https:\/\/quire\.example(?:\.com)?|http:\/\/localhost:8080/g, server.url) },
    '/my-backend/quire-token': { html: '' },
  });
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(site.url);
  const elements = page.locator(widgetTags.join());
  const names = await elements.evaluateAll((all) => all.map(({ localName }) => localName));
  expect(new Set(names).size).toBe(widgetTags.length);
  for (const index of names.keys()) await expect(elements.nth(index)).toHaveAttribute('status', 'saved');
  await expect(page.getByRole('button', { name: 'Senden' }).first()).toBeAttached();
  expect(said.some((line) => line.startsWith('quire-editor saved'))).toBe(true);
  const accent = await page
    .locator('quire-room')
    .first()
    .evaluate((element) => getComputedStyle(element).getPropertyValue('--quire-accent'));
  expect(accent).toContain('#7a1fa2');

  await ben.page.goto(site.url);
  const both = [page, ben.page];

  // Elements of one document are one person in it, in whichever of its rooms, and the other page another.
  for (const list of await page.getByRole('list', { name: 'People here' }).all()) {
    await expect(list.getByRole('listitem').filter({ hasText: 'Ada (you)' })).toHaveCount(1);
    await expect(list.getByRole('listitem').filter({ hasText: /Ada$/ })).toHaveCount(1);
  }
  const texts = page.getByRole('textbox', { name: 'Document text' });
  await texts.first().pressSequentially('The ferry');
  for (const text of await texts.all()) await expect(text).toContainText('The ferry');

  await ben.page.getByText('To do', { exact: true }).hover();
  await expect(page.locator('quire-cursors .pointer').filter({ hasText: 'Ada' })).toBeVisible();

  const post = (what: string, body: object) =>
    fetch(`${server.url}/v1/documents/team%2Fplan/${what}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await post('threads', { text: 'When does it leave?', guest: 'Cleo' })).status).toBe(201);
  for (const each of both) {
    const comments = each.locator('quire-comments');
    await expect(comments.getByRole('article', { name: 'Thread by Cleo' })).toContainText('When does it leave?');
    await expect(comments.getByRole('textbox', { name: 'Comment on the document' })).toBeVisible();
  }

  const notification = { name: 'notification', data: { title: 'Order 17 was created' } };
  expect((await post('events', notification)).status).toBe(202);
  for (const each of both) {
    await expect(each.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible();
    await expect(each.getByRole('status').getByText('Order 17 was created')).toBeVisible();
  }
});
