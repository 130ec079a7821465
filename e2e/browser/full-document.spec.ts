import { expect, test } from './fixtures.ts';

test.use({ serverOptions: { env: { QUIRE_LIMITS_MAX_DOCUMENT_BYTES: '4096' } } });

test.describe('a document that is full', () => {
  test('says so wherever somebody is in it, and what helps, which does', async ({ ada, ben }) => {
    const { editor, page } = ada;
    await editor.open('full');
    await editor.write('Kept. ');
    await editor.expectSaved();
    // In a paragraph of its own, which is undone by itself however soon it comes.
    await page.keyboard.press('Enter');
    await page.keyboard.insertText('too much '.repeat(600));
    await expect(editor.saveState).toHaveText(/^Can’t save: this change would make the document larger/);
    await expect(editor.saveState).toBeInViewport({ ratio: 1 });
    await expect(editor.saveState).toHaveAccessibleDescription(/Undo them, or delete something/);
    await expect(page.getByRole('alert')).toContainText('what is left is sent again by itself');
    await editor.text.press('Control+z');
    await editor.expectSaved();
    await expect(page.getByRole('alert')).toBeHidden();
    await editor.write('This fits.');
    await editor.expectSaved();
    await ben.editor.open('full');
    await ben.editor.expectText(await editor.plainText());
    await ben.editor.expectSaved();
  });

  for (const [where, width] of [
    ['on a desk', 1280],
    ['on a phone', 390],
  ] as const) {
    test.describe(where, () => {
      test.use({ serverOptions: { env: { QUIRE_LIMITS_MAX_DOCUMENT_BYTES: '8192' } } });

      test('says so wherever in a long text one writes, and never over what is being written', async ({ ada }) => {
        const { editor, page } = ada;
        await page.setViewportSize({ width, height: 844 });
        await editor.open('long');
        await editor.write('A line of text.\n'.repeat(60));
        await editor.expectSaved();
        await page.keyboard.insertText('too much '.repeat(1_000));
        const trouble = page.getByRole('alert');
        await expect(trouble).toContainText('Your latest changes were not saved');
        await expect(trouble).toBeInViewport({ ratio: 1 });
        await editor.text.press('Control+End');
        await expect(trouble).toBeInViewport({ ratio: 1 });
        await editor.text.getByText('A line of text.').nth(40).click();
        for (let line = 40; line > 10; line -= 1) {
          await page.keyboard.press('ArrowUp');
          await page.keyboard.type('!');
          await expect.poll(() => page.evaluate(isLineCovered)).toBe(false);
        }
        await expect(trouble).toBeInViewport({ ratio: 1 });
      });
    });
  }
});

/** Runs in the page. */
function isLineCovered(): boolean {
  const { anchorNode } = getSelection() ?? { anchorNode: null };
  const element = anchorNode instanceof Element ? anchorNode : anchorNode?.parentElement;
  const line = element?.closest('#document-text > *');
  if (line == null) throw new Error('the caret is nowhere');
  const { x, y } = line.getBoundingClientRect();
  return document.elementFromPoint(x + 1, y + 1) !== line;
}
