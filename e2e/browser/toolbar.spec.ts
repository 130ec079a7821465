import { type Actor, expect, test } from './fixtures.ts';

/** What each button makes of a selected text, as the elements that the other person then has on screen. */
const formats: readonly (readonly [button: string, made: string])[] = [
  ['Bold', 'strong'],
  ['Italic', 'em'],
  ['Underline', 'u'],
  ['Strikethrough', 's'],
  ['Inline code', 'p code'],
  ['Bulleted list', 'ul:not([data-type]) > li'],
  ['Numbered list', 'ol > li'],
  ['Task list', 'ul[data-type=taskList] > li'],
  ['Quote', 'blockquote > p'],
  ['Code block', 'pre > code'],
];

const styles: readonly (readonly [style: string, made: string])[] = [
  ['Heading 1', 'h1'],
  ['Heading 2', 'h2'],
  ['Heading 3', 'h3'],
  ['Body text', 'p'],
];

test.describe('the toolbar', () => {
  test('every button does to the text what it says, in the other person’s window too', async ({ ada, ben }) => {
    await ada.editor.open('toolbar');
    await ben.editor.open('toolbar');
    await ada.editor.write('Plan');
    await ben.editor.expectText('Plan');
    await ada.page.keyboard.press('Control+a');
    for (const [name, made] of formats) {
      await test.step(name, async () => {
        await press(ada, name);
        await expect(ben.editor.text.locator(made)).toContainText('Plan');
        await expect(button(ada, name)).toHaveAttribute('aria-pressed', 'true');
        await press(ada, name);
        await expect(ben.editor.text.locator(made)).toHaveCount(0);
        await expect(button(ada, name)).toHaveAttribute('aria-pressed', 'false');
      });
    }
    for (const [style, made] of styles) {
      await test.step(style, async () => {
        await ada.editor.toolbar.getByRole('button', { name: /^Paragraph style/ }).click();
        await ada.page.getByRole('menuitemradio', { name: style }).click();
        await expect(ben.editor.text.locator(made)).toContainText('Plan');
      });
    }

    await press(ada, 'Bold');
    const bold = ben.editor.text.locator('strong');
    await expect(bold).toContainText('Plan');
    await press(ada, 'Undo');
    await expect(bold).toHaveCount(0);
    await press(ada, 'Redo');
    await expect(bold).toContainText('Plan');

    const tried = ['Undo', 'Redo', 'Paragraph style: Body text', ...formats.map(([name]) => name), 'Link'];
    const there = await ada.editor.toolbar
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((element) => element.getAttribute('aria-label')));
    expect(there.toSorted()).toEqual(tried.toSorted());
  });

  test('a link is made, changed and removed, in the other person’s window too', async ({ ada, ben }) => {
    await ada.editor.open('links');
    await ben.editor.open('links');
    await ada.editor.write('Plan');
    await ada.page.keyboard.press('Control+a');
    const popover = ada.page.getByRole('dialog', { name: 'Link' });
    const address = popover.getByRole('textbox', { name: 'Address' });
    const seen = ben.editor.text.getByRole('link');

    await press(ada, 'Link');
    await address.fill('example.org/plan');
    await popover.getByRole('button', { name: 'Add link' }).click();
    await expect(seen).toHaveAttribute('href', 'https://example.org/plan');
    await expect(seen).toContainText('Plan');
    await press(ada, 'Link');
    await expect(address).toHaveValue('https://example.org/plan');
    await address.fill('mail@example.org');
    await popover.getByRole('button', { name: 'Save' }).click();
    await expect(seen).toHaveAttribute('href', 'mailto:mail@example.org');
    await press(ada, 'Link');
    await popover.getByRole('button', { name: 'Remove link' }).click();
    await expect(seen).toHaveCount(0);
    await ben.editor.expectText('Plan');
  });
});

function button({ editor }: Actor, name: string) {
  return editor.toolbar.getByRole('button', { name, exact: true });
}

async function press(actor: Actor, name: string): Promise<void> {
  await button(actor, name).click();
}
