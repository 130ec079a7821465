import { expect, test } from './fixtures.ts';

test.use({ serverOptions: { env: { QUIRE_LIMITS_MAX_DOCUMENT_BYTES: '4096' } } });

test.describe('a document that is full', () => {
  test('says so wherever somebody is in it, and what helps, which does', async ({ ada, ben }) => {
    const { editor, page } = ada;
    await editor.open('full');
    await editor.write('Kept. ');
    await editor.expectSaved();
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
});
