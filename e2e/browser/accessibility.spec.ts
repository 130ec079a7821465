import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { type Actor, expect, test } from './fixtures.ts';

async function expectNoViolations(page: Page): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page }).analyze();
  expect(passes.length).toBeGreaterThan(10);
  expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html) }))).toEqual([]);
}

/** A document with one of everything that the toolbar makes, so that axe has something to look at. */
async function writeSomeOfEverything({ editor, page }: Actor): Promise<void> {
  await editor.title.fill('A bit of everything');
  await editor.write('# Heading\nSome **bold** and *italic* text.\n- one\ntwo\n\n> quoted\n\n\n[ ] a task');
  await page.keyboard.press('Enter');
  await editor.expectSaved();
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} mode`, () => {
    test.use({ browserOptions: { colorScheme } });

    test('axe finds nothing on the home page, empty or not, nor in its menu and dialogs', async ({ ada }) => {
      await ada.home.open();
      await expect(ada.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
      await expectNoViolations(ada.page);
      await ada.home.newDocumentButton.click();
      await ada.editor.title.fill('Plan');
      await ada.editor.expectSaved();
      await ada.home.open();
      await expect(ada.home.link('Plan')).toBeVisible();
      await expectNoViolations(ada.page);
      await ada.page.getByRole('button', { name: 'More for Plan' }).click();
      await expect(ada.page.getByRole('menu')).toBeVisible();
      await expectNoViolations(ada.page);
      await ada.page.getByRole('menuitem', { name: 'Rename' }).click();
      await expect(ada.page.getByRole('dialog')).toBeVisible();
      await expectNoViolations(ada.page);
    });

    test('axe finds nothing on the editor with somebody else in it, nor in its popovers', async ({ ada, ben }) => {
      await ada.editor.open('axe');
      await writeSomeOfEverything(ada);
      await ben.editor.open('axe');
      await ben.editor.write('Ben was here');
      await expect(ada.editor.caretOf('Ben')).toBeVisible();
      await expectNoViolations(ada.page);
      await ada.page.getByRole('button', { name: /^Ada \(you\)/ }).click();
      await expect(ada.page.getByRole('dialog', { name: 'You' })).toBeVisible();
      await expectNoViolations(ada.page);
    });
  });
}

test.describe('with the keyboard alone', () => {
  test('a person makes a document, names it, writes, formats, and finds the way back', async ({ ada }) => {
    const { page, editor } = ada;
    await ada.home.open();
    await tabTo(page, 'button', 'New document');
    await page.keyboard.press('Enter');
    await expect(editor.text).toBeFocused();
    await page.keyboard.type('Written by hand');
    await page.keyboard.press('Control+a');
    // Tab indents in lists and code; this is the way out of the text.
    await page.keyboard.press('Alt+F10');
    await expect(editor.toolbar.locator(':focus')).toHaveCount(1);
    await arrowTo(page, 'Bold');
    await page.keyboard.press('Enter');
    await expect(editor.text.locator('strong')).toHaveText('Written by hand');
    await page.keyboard.press('Alt+F10');
    await page.keyboard.press('Escape');
    await expect(editor.text).toBeFocused();
    await tabTo(page, 'textbox', 'Document title', 'Shift+Tab');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');
    await expect(editor.text).toBeFocused();
    await editor.expectSaved();
    await tabTo(page, 'link', 'All documents', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(ada.home.link('By keyboard')).toBeVisible();
    await tabTo(page, 'button', 'More for By keyboard');
    await page.keyboard.press('Enter');
    await page.keyboard.press('r');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Renamed by keyboard');
    await page.keyboard.press('Enter');
    await expect(ada.home.link('Renamed by keyboard')).toBeVisible();
  });

  test('Tab reaches everything in the editor’s header, and every stop can be seen', async ({ ada, ben }) => {
    await ada.editor.open('stops');
    await ben.editor.open('stops');
    await expect(ada.editor.person('Ben')).toBeVisible();
    await ada.editor.write('x');
    for (const [role, name] of [
      ['button', 'Copy link'],
      ['button', /^Ada \(you\)/],
      ['button', 'Ben'],
      ['textbox', 'Document title'],
      ['link', 'All documents'],
    ] as const) {
      await tabTo(ada.page, role, name, 'Shift+Tab');
      await expect(ada.page.locator(':focus')).toBeInViewport();
    }
  });
});

test.describe('on a phone', () => {
  test.use({ browserOptions: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });

  test('the save state stays in view, and so does what is being written', async ({ ada, server }) => {
    await ada.editor.open('phone');
    await ada.editor.title.fill('A title that is much too long for the width of a phone, and then some more');
    await ada.editor.write('Line of text.\n'.repeat(60));
    await ada.editor.write('The end.');
    await ada.editor.expectSaved();
    // While all is well it is a check mark, with its words for screen readers only.
    await expect(ada.editor.saveState.locator('..')).toBeInViewport({ ratio: 1 });
    await expect(ada.editor.toolbar).toBeInViewport();
    await expect.poll(() => isAbove(ada.editor.text.getByText('The end.'), ada.editor.toolbar)).toBe(true);
    await expectNoViolations(ada.page);
    await server.kill('SIGKILL');
    await ada.editor.write('More.');
    await expect(ada.editor.saveState).toHaveText(/Reconnecting…|Offline — will sync/);
    await expect(ada.editor.saveState).toBeInViewport({ ratio: 1 });
    const wide = await ada.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
  });
});

/** Nothing of the upper one is covered. */
async function isAbove(upper: Locator, lower: Locator): Promise<boolean> {
  const [above, below] = [await upper.boundingBox(), await lower.boundingBox()];
  return above !== null && below !== null && above.y + above.height <= below.y;
}

/** More stops than any page has. */
const MOST_STOPS = 40;

async function tabTo(
  page: Page,
  role: 'button' | 'textbox' | 'link',
  name: string | RegExp,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).and(page.locator(':focus'));
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if ((await wanted.count()) > 0) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not reach the ${role} ${String(name)}`);
}

async function arrowTo(page: Page, name: string): Promise<void> {
  const wanted = page.getByRole('button', { name, exact: true }).and(page.locator(':focus'));
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if ((await wanted.count()) > 0) return;
    await page.keyboard.press('ArrowRight');
  }
  throw new Error(`the arrows do not reach ${name}`);
}
