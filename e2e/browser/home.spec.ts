import { readFile } from 'node:fs/promises';
import { expectNoViolations } from './axe.ts';
import { expect, test } from './fixtures.ts';

test.describe('the home page', () => {
  test('lists a document by the title that it is given, in windows that are open already', async ({ ada, ben }) => {
    await ben.home.open();
    await expect(ben.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
    await ada.home.open();
    await ada.home.newDocumentButton.click();
    await ada.editor.title.fill('Minutes of Monday');
    await ada.editor.expectSaved();
    await expect(ben.home.link('Minutes of Monday')).toBeVisible();
    await ada.page.getByRole('link', { name: 'All documents' }).click();
    await ada.home.link('Minutes of Monday').click();
    await expect(ada.editor.title).toHaveValue('Minutes of Monday');
  });

  test('renames a document, also for those who have it open', async ({ ada, ben }) => {
    await ben.editor.open('notes');
    await ben.editor.title.fill('Draft');
    await ben.editor.expectSaved();
    await ada.home.open();
    await ada.home.rename('Draft', 'Final');
    await expect(ada.home.link('Final')).toBeVisible();
    await expect(ada.home.link('Draft')).toBeHidden();
    await expect(ben.editor.title).toHaveValue('Final');
    await ben.editor.expectSaved();
  });

  test('a dialog stays open when what is selected in it is dragged beyond its edge, and closes by a click beside it', async ({
    ada,
  }) => {
    const { page, home } = ada;
    await home.open();
    await home.newDocumentButton.click();
    await ada.editor.title.fill('Draft');
    await ada.editor.expectSaved();
    await home.open();
    await home.choose('Draft', 'Rename');
    const dialog = page.getByRole('dialog', { name: 'Rename document' });
    const field = dialog.getByRole('textbox', { name: 'Title' });
    await field.fill('Final');
    const box = await field.boundingBox();
    if (box === null) throw new Error('the field is not on the screen');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(10, y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.press('Enter');
    await expect(home.link('Final')).toBeVisible();
    await home.choose('Final', 'Rename');
    await expect(dialog).toBeVisible();
    await page.mouse.click(10, y);
    await expect(dialog).toBeHidden();
  });

  test('a document that was deleted for good is gone; who has it open is told, and can no longer change it', async ({
    ada,
    ben,
  }) => {
    await ben.editor.open('old');
    await ben.editor.title.fill('Old news');
    await ben.editor.write('gone soon');
    await ben.editor.expectSaved();
    await ada.home.open();
    await ada.home.deleteForGood('old');
    await expect(ada.home.link('Old news')).toBeHidden();
    await expect(ben.editor.saveState).toHaveText('Deleted');
    await expect(ben.page.getByRole('alert')).toContainText('This document was deleted.');
    await expect(ben.editor.toolbar).toBeHidden();
    await ada.page.reload();
    await expect(ada.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
  });

  test('a document that was deleted under somebody can still be downloaded from their screen', async ({ ada, ben }) => {
    await ben.editor.open('old');
    await ben.editor.title.fill('Old news: 1/2');
    await ben.editor.write('**gone** soon <b>');
    await ben.editor.expectSaved();
    await ada.home.open();
    await ada.home.deleteForGood('old');
    const downloading = ben.page.waitForEvent('download');
    await ben.page.getByRole('alert').getByRole('button', { name: 'Download a copy' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('Old news 1 2.html');
    const copy = await readFile(await download.path(), 'utf8');
    expect(copy).toContain('<h1>Old news: 1/2</h1>');
    expect(copy).toContain('<p><strong>gone</strong> soon &lt;b&gt;</p>');
  });

  test('deletes a document into the bin, where it can be restored, and deleted for good', async ({ ada, ben }) => {
    await ben.editor.open('notes');
    await ben.editor.title.fill('Notes');
    await ben.editor.write('kept');
    await ben.editor.expectSaved();
    await ada.home.open();
    await ada.home.delete('Notes');
    await expect(ada.home.link('Notes')).toBeHidden();
    // Who has it open can bring it back at once, and so can who opens its address.
    const banner = ben.page.getByRole('alert').filter({ hasText: 'the document is in the bin' });
    await expect(banner.getByRole('button', { name: 'Restore it' })).toBeVisible();
    await ada.editor.open('notes');
    await expect(ada.page.getByRole('heading', { name: 'This document is in the bin' })).toBeVisible();
    await ada.page.getByRole('button', { name: 'Restore it' }).click();
    await ada.editor.expectText('kept');

    await ada.home.open();
    await ada.home.delete('Notes');
    await ada.page.getByRole('link', { name: 'Bin' }).click();
    await expect(ada.page.getByRole('heading', { name: 'Bin' })).toBeVisible();
    await ada.home.deletedDocuments.getByRole('button', { name: 'Restore Notes' }).click();
    await expect(ada.page.getByRole('heading', { name: 'The bin is empty' })).toBeVisible();
    await ada.page.getByRole('link', { name: 'All documents' }).click();
    await ada.home.delete('Notes');
    await ada.page.getByRole('link', { name: 'Bin' }).click();
    await expectNoViolations(ada.page);
    await ada.home.deletedDocuments.getByRole('button', { name: 'Delete for good: Notes' }).click();
    const dialog = ada.page.getByRole('dialog', { name: 'Delete “Notes” for good?' });
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await expect(ada.page.getByRole('heading', { name: 'The bin is empty' })).toBeVisible();
    await ada.home.open();
    await expect(ada.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
  });

  test('finds a document by a word of its title', async ({ ada }) => {
    for (const title of ['Winter plan', 'Summer plan']) {
      await ada.home.open();
      await ada.home.newDocumentButton.click();
      await ada.editor.title.fill(title);
      await ada.editor.expectSaved();
    }
    await ada.home.open();
    await expect(ada.home.link('Winter plan')).toBeVisible();
    await ada.page.getByRole('searchbox', { name: 'Search documents' }).fill('summer');
    await expect(ada.home.link('Winter plan')).toBeHidden();
    await expect(ada.home.link('Summer plan')).toBeVisible();
  });
});
