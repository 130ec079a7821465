import { expect, test } from './fixtures.ts';

test.describe('a document that was deleted while somebody was offline', () => {
  test.beforeEach(async ({ ada, ben }) => {
    await ada.editor.open('plan');
    await ada.editor.write('Agreed. ');
    await ada.editor.expectSaved();
    await ada.page.evaluate(() => navigator.serviceWorker.ready);
    await ada.context.setOffline(true);
    await ada.editor.write('Written on the train.');
    await expect(ada.editor.saveState).toHaveText('Offline — will sync');
    await ben.home.open();
    await ben.home.deleteForGood('plan');
    await expect(ben.home.documents).toBeHidden();
  });

  test('[R14] and begun anew: the new one is untouched, and what was written becomes a document of its own', async ({
    ada,
    ben,
  }) => {
    await ben.editor.open('plan');
    await ben.editor.write('A new plan.');
    await ben.editor.expectSaved();
    await ada.context.setOffline(false);
    const gone = ada.page.getByRole('alert').filter({ hasText: 'This document was deleted.' });
    await expect(gone).toContainText('Your latest changes had not reached the server.');
    await ada.editor.expectText('Agreed. Written on the train.');
    await ben.editor.expectText('A new plan.');

    // On in the same tab, without a reload.
    await gone.getByRole('button', { name: 'Open it anew' }).click();
    await ada.editor.expectText('A new plan.');
    await ada.editor.write(' Read by Ada.');
    await ben.editor.expectText('A new plan. Read by Ada.');
    await ada.page.reload();
    const kept = ada.page.getByRole('status').filter({ hasText: 'Changes of yours were never saved.' });
    await ada.editor.expectText('A new plan. Read by Ada.');
    await kept.getByRole('button', { name: 'Save as a new document' }).click();
    await expect(ada.page).toHaveURL(/\/d\/plan-/);
    await ada.editor.expectText('Agreed. Written on the train.');
    await ada.editor.expectSaved();
    await ben.editor.openAddress(ada.page.url());
    await ben.editor.expectText('Agreed. Written on the train.');

    await ada.editor.open('plan');
    await ada.editor.expectText('A new plan. Read by Ada.');
    await expect(kept).toBeHidden();
  });

  test('[R14] stays deleted: what was written is offered in the list of documents, and can be discarded', async ({
    ada,
    ben,
  }) => {
    await ada.context.setOffline(false);
    await expect(ada.page.getByRole('alert')).toContainText('This document was deleted.');
    await ada.home.open();
    const notice = ada.page.getByRole('status').filter({ hasText: 'Changes of yours were never saved' });
    await notice.getByRole('link', { name: 'plan' }).click();
    const kept = ada.page.getByRole('status').filter({ hasText: 'Changes of yours were never saved.' });
    const download = ada.page.waitForEvent('download');
    await kept.getByRole('button', { name: 'Download a copy' }).click();
    expect((await download).suggestedFilename()).toBe('Untitled document.html');
    await kept.getByRole('button', { name: 'Discard' }).click();
    await ada.page
      .getByRole('dialog', { name: 'Discard these changes?' })
      .getByRole('button', { name: 'Discard' })
      .click();
    await expect(kept).toBeHidden();
    await ada.home.open();
    await expect(ada.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
    await expect(notice).toBeHidden();
    await ben.home.open();
    await expect(ben.page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
  });

  test('[R14] is taken along right from the page on which it was written', async ({ ada, ben }) => {
    await ada.context.setOffline(false);
    await ada.page.getByRole('alert').getByRole('button', { name: 'Save as a new document' }).click();
    await expect(ada.page).toHaveURL(/\/d\/plan-/);
    await ada.editor.expectSaved();
    await ada.editor.expectText('Agreed. Written on the train.');
    await ada.home.open();
    await expect(ada.page.getByText('Changes of yours were never saved')).toBeHidden();
    await ben.home.open();
    await expect(ben.home.documents.getByRole('link')).toHaveCount(1);
  });
});
