import { expect, test } from '@quire/testing/playwright';

test('what is typed in a tunnel reaches the others afterwards', async ({ page, link, person }) => {
  const ada = await person('Ada');
  await page.goto(`${link.url}/d/plan`);
  const text = page.getByRole('textbox', { name: 'Document text' });
  await text.click();

  await link.offline();
  await page.keyboard.type('Hello from the tunnel');

  await link.online();
  await expect.poll(() => ada.doc.getXmlFragment('default').toString()).toContain('Hello from the tunnel');
});

test('browsers have lines of their own, and a server that is killed comes back to all of them', async ({
  server,
  openBrowser,
  person,
}) => {
  const [ada, ben] = [await openBrowser('Ada'), await openBrowser('Ben')];
  for (const { page, link } of [ada, ben]) await page.goto(`${link.url}/d/plan`);
  const textOf = ({ page }: typeof ada) => page.getByRole('textbox', { name: 'Document text' });
  await textOf(ada).click();
  await expect(textOf(ben)).toBeVisible();
  await ben.link.halfOpen();
  await ada.page.keyboard.type('Only Ada sees this');
  await expect(ada.page.getByRole('button', { name: /^Save state: Saved/ })).toBeVisible();
  await expect(textOf(ben)).not.toContainText('Only Ada');
  await server.kill();
  await ben.link.online();
  await server.restart();
  await expect(textOf(ben)).toContainText('Only Ada sees this');
  const cleo = await person('Cleo');
  expect(cleo.doc.getXmlFragment('default').toString()).toContain('Only Ada sees this');
});
