import { expect, test } from './fixtures.ts';

test('the app has a page in sight while the code of the one that is wanted comes', async ({
  ada: { editor, page },
}) => {
  const { promise: isLetThrough, resolve: letThrough } = Promise.withResolvers<void>();
  await page.route(/\/assets\/EditorPage-[^/]+\.js$/, async (route) => {
    await isLetThrough;
    await route.continue();
  });
  await editor.open('plan');
  const loading = page.getByRole('status', { name: 'Loading the page' });
  await expect(loading).toBeVisible();
  letThrough();
  await expect(editor.text).toBeVisible();
  await expect(loading).toBeHidden();
});

test('the comments on a document have no page of their own', async ({ ada: { editor, page } }) => {
  await editor.open('~comments/plan');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});

test('an address of no page says so, to the browser too, and leads home', async ({ ada: { page }, server }) => {
  const response = await page.goto(`${server.url}/no-such-page`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await page.getByRole('link', { name: 'All documents' }).click();
  await expect(page.getByRole('heading', { name: 'Documents', exact: true })).toBeVisible();
});
