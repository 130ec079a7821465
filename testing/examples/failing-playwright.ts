// A test that fails, with the fixtures for Playwright. `failing-playwright.config.ts` runs it, and only this.
import { expect, test } from '@quire/testing/playwright';

test('Ben hears what Ada writes', async ({ person, link }) => {
  const ada = await person('Ada');
  const ben = await person('Ben');
  await ben.link.offline();
  await link.delay(5);
  ada.doc.getText('body').insert(0, 'Hello');
  await ada.saved();
  expect(ben.doc.getText('body').toString()).toBe('Hello');
});
