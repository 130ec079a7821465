import type { Locator, Page } from '@playwright/test';
import { expectNoViolations } from './axe.ts';
import { expect, test } from './fixtures.ts';

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

  test('a person chooses a style from its menu, and makes, changes and removes a link', async ({ ada }) => {
    const { page, editor } = ada;
    await editor.open('keys');
    await expect(editor.text).toBeFocused();
    await page.keyboard.type('Plan');
    await page.keyboard.press('Alt+F10');
    await arrowTo(page, 'Paragraph style: Body text');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitemradio', { name: 'Body text' })).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(editor.text.getByRole('heading', { level: 1 })).toHaveText('Plan');
    await expect(editor.text).toBeFocused();

    const address = page.getByRole('textbox', { name: 'Address' });
    const link = editor.text.getByRole('link', { name: 'Plan' });
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Alt+F10');
    await arrowTo(page, 'Link');
    await page.keyboard.press('Enter');
    await expect(address).toBeFocused();
    await page.keyboard.type('not an address');
    await page.keyboard.press('Enter');
    await expect(address).toHaveAccessibleDescription('That is not a web or mail address.');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('example.org');
    await page.keyboard.press('Enter');
    await expect(link).toHaveAttribute('href', 'https://example.org');
    await expect(editor.text).toBeFocused();

    await page.keyboard.press('Control+k');
    await expect(address).toBeFocused();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('example.net');
    await page.keyboard.press('Enter');
    await expect(link).toHaveAttribute('href', 'https://example.net');

    await page.keyboard.press('Control+k');
    await expect(address).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(address).toBeHidden();
    await expect(editor.text).toBeFocused();
    await page.keyboard.press('Control+k');
    await expect(address).toBeFocused();
    await tabTo(page, 'button', 'Remove link');
    await page.keyboard.press('Enter');
    await expect(link).toHaveCount(0);
    await expect(editor.text).toBeFocused();
  });

  test('keys that come while the page is busy find what the key before them opens', async ({ ada }) => {
    const { page, editor } = ada;
    await editor.open('hurried');
    await expect(editor.text).toBeFocused();
    await page.keyboard.type('Plan');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Alt+F10');
    await arrowTo(page, 'Link');
    await hurry(page, ['Enter', ...'example.org']);
    await page.keyboard.press('Enter');
    await expect(editor.text.getByRole('link', { name: 'Plan' })).toHaveAttribute('href', 'https://example.org');
    await editor.expectText('Plan');
    // Closed and opened again before the page hears of the one or the other.
    await page.keyboard.press('Control+k');
    await hurry(page, ['Escape', 'Control+k']);
    await expect(page.getByRole('textbox', { name: 'Address' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(editor.text).toBeFocused();
    await page.keyboard.press('Alt+F10');
    await arrowTo(page, 'Paragraph style: Body text');
    await hurry(page, ['Enter', 'ArrowDown']);
    await page.keyboard.press('Enter');
    await expect(editor.text.getByRole('heading', { level: 1 })).toHaveText('Plan');
  });

  test('what the save state means can be asked for', async ({ ada }) => {
    await ada.editor.open('meaning');
    await expect(ada.editor.text).toBeFocused();
    await ada.editor.expectSaved();
    await tabTo(ada.page, 'button', 'Save state: Saved', 'Shift+Tab');
    const meaning = 'Every change you made is on the server’s disk.';
    await expect(ada.editor.saveState).toHaveAccessibleDescription(meaning);
    await ada.page.keyboard.press('Enter');
    await expect(ada.editor.saveState).toHaveAttribute('aria-expanded', 'true');
    await expect(ada.page.locator('.popover').getByText(meaning)).toBeVisible();
  });

  test('Tab reaches everything in the editor’s header, and every stop can be seen', async ({ ada, ben }) => {
    await ada.editor.open('stops');
    await ben.editor.open('stops');
    await expect(ada.editor.person('Ben')).toBeVisible();
    await ada.editor.write('x');
    await expect(ada.editor.shareButton).toBeVisible();
    for (const [role, name] of [
      ['button', 'Share'],
      ['button', /^Ada \(you\)/],
      ['button', 'Ben'],
      ['button', /^Save state/],
      ['textbox', 'Document title'],
      ['link', 'All documents'],
    ] as const) {
      await tabTo(ada.page, role, name, 'Shift+Tab');
      await expect(ada.page.locator(':focus')).toBeInViewport();
    }
  });
});

test.describe('with a screen reader', () => {
  test('a person hears that the connection is lost and that all is saved again, but not every "Saved"', async ({
    ada,
    server,
  }) => {
    await ada.editor.open('heard');
    await ada.editor.expectSaved();
    const heard = await listenToStatus(ada.page);
    for (const word of ['one ', 'two ']) {
      await ada.editor.write(word);
      await ada.editor.expectSaved();
    }
    expect(await heard()).toEqual([]);
    await server.kill('SIGKILL');
    await expect(ada.editor.saveState).toHaveText('Reconnecting…');
    await ada.editor.write('three');
    await server.restart();
    await ada.editor.expectSaved();
    await expect.poll(async () => (await heard()).at(-1)).toBe('Saved');
    expect((await heard()).filter((text) => text === 'Saved')).toHaveLength(1);
    expect((await heard())[0]).toBe('Reconnecting…');
  });
});

test.describe('on a phone', () => {
  test.use({ browserOptions: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });

  test('[G1] what is typed without a pause is saved, and the save state and the line being written stay in view', async ({
    ada,
    server,
  }) => {
    await ada.editor.open('phone');
    await ada.editor.title.fill('A title that is much too long for the width of a phone, and then some more');
    await ada.editor.write('Line of text.\n'.repeat(60));
    await ada.editor.write('The end.');
    await ada.editor.expectSaved();
    // While all is well it is a check mark, with its words for screen readers only.
    await expect(ada.editor.saveState).toBeInViewport({ ratio: 1 });
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

/** From here on, everything that the page's status region says. */
async function listenToStatus(page: Page): Promise<() => Promise<readonly string[]>> {
  const region = page.getByRole('status');
  const heard = await region.evaluateHandle((element) => {
    const texts: string[] = [];
    new MutationObserver(() => {
      const text = element.textContent ?? '';
      if (text !== '' && text !== texts.at(-1)) texts.push(text);
    }).observe(element, { subtree: true, childList: true, characterData: true });
    return texts;
  });
  return () => heard.jsonValue();
}

/** Longer than it takes to send a few keys: they are all there when the page comes back to them. */
const BUSY_MS = 1_500;

/** Presses keys while the page hears nothing, as on a device that can't keep up. */
async function hurry(page: Page, keys: readonly string[]): Promise<void> {
  await page.evaluate((busyMs) => {
    setTimeout(() => {
      const end = performance.now() + busyMs;
      while (performance.now() < end);
    });
  }, BUSY_MS);
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
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
