import { expect, test } from './fixtures.ts';
import { expectPromptLeave } from './leaving.ts';

test.describe('two people in one document', () => {
  test('see each other’s text, name and caret', async ({ ada, ben }) => {
    await ada.home.open();
    await ada.home.newDocumentButton.click();
    await ada.editor.write('Dear Ben,');
    await ben.editor.openAddress(ada.page.url());
    await ben.editor.expectText('Dear Ben,');
    await expect(ada.editor.person('Ben')).toBeVisible();
    await expect(ben.editor.person('Ada')).toBeVisible();

    await ben.editor.write(' hello Ada');
    await ada.editor.expectText('Dear Ben, hello Ada');
    await expect(ada.editor.caretOf('Ben')).toBeVisible();
    await ada.editor.write('!');
    await ben.editor.expectText('Dear Ben, hello Ada!');
    await expect(ben.editor.caretOf('Ada')).toBeVisible();
    await ada.editor.expectSaved();
    await ben.editor.expectSaved();
  });

  test('type at the same time, and both end with the same text', async ({ ada, ben }) => {
    await ada.editor.open('both');
    await ben.editor.open('both');
    await ada.editor.write('Together');
    await ben.editor.expectText('Together');
    const [left, right] = ['abcdefghij'.repeat(4), 'klmnopqrst'.repeat(4)];
    await ben.editor.text.press('Control+End');
    await Promise.all([ada.page.keyboard.type(left), ben.page.keyboard.type(right)]);
    await ada.editor.expectSaved();
    await ben.editor.expectSaved();
    const letters = async (): Promise<string> => [...(await ada.editor.plainText())].sort().join('');
    await expect.poll(letters).toBe([...`Together${left}${right}`].sort().join(''));
    await ben.editor.expectText(await ada.editor.plainText());
  });

  test('[G7] one who closes the tab leaves the other’s screen within a second, caret included', async ({
    ada,
    ben,
  }) => {
    await expectPromptLeave({ ada, ben });
  });

  test('a guest changes name and colour, and the other sees it', async ({ ada, ben }) => {
    await ada.editor.open('guests');
    await ben.editor.open('guests');
    await ben.editor.write('x');
    await expect(ada.editor.person('Ben')).toBeVisible();
    await ben.page.getByRole('button', { name: /^Ben \(you\)/ }).click();
    const you = ben.page.getByRole('dialog', { name: 'You' });
    await you.getByRole('textbox', { name: 'Your name' }).fill('Benedikt');
    await you.getByRole('radio', { name: 'Rose' }).check({ force: true });
    await expect(ada.editor.person('Benedikt')).toBeVisible();
    await expect(ada.editor.person('Ben')).toBeHidden();
    await ben.page.keyboard.press('Escape');
    await ben.editor.write('y');
    await expect(ada.editor.caretOf('Benedikt')).toHaveAttribute('style', /#be185d/);
    await ben.page.reload();
    await expect(ada.editor.person('Benedikt')).toBeVisible();
  });

  test('undo and redo concern only what a person wrote', async ({ ada, ben }) => {
    await ada.editor.open('undo');
    await ben.editor.open('undo');
    await ada.editor.write('mine');
    await ben.editor.expectText('mine');
    await ben.editor.write(' theirs');
    await ada.editor.expectText('mine theirs');
    await ada.editor.toolbar.getByRole('button', { name: 'Undo' }).click();
    await ada.editor.expectText(' theirs');
    await ben.editor.expectText(' theirs');
    await expect(ada.editor.toolbar.getByRole('button', { name: 'Undo' })).toHaveAttribute('aria-disabled', 'true');
    await ada.editor.toolbar.getByRole('button', { name: 'Redo' }).click();
    await ben.editor.expectText('mine theirs');
  });

  test('what one makes of the text with the toolbar, the other sees', async ({ ada, ben }) => {
    await ada.editor.open('format');
    await ben.editor.open('format');
    await ada.editor.write('Plan');
    await ada.editor.toolbar.getByRole('button', { name: /^Paragraph style/ }).click();
    await ada.page.getByRole('menuitemradio', { name: /Heading 1|Title|Large heading/ }).click();
    await expect(ben.editor.text.getByRole('heading', { level: 1 })).toContainText('Plan');
    await ada.editor.write('\nfirst');
    await ada.editor.toolbar.getByRole('button', { name: 'Task list' }).click();
    await expect(ben.editor.text.getByRole('checkbox')).toBeVisible();
    await ben.editor.text.getByRole('checkbox').check();
    await expect(ada.editor.text.getByRole('checkbox')).toBeChecked();
  });
});
