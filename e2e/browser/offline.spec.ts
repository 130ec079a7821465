import { expect, test } from './fixtures.ts';

test.describe('a browser on its own', () => {
  test('a deep link reloads', async ({ ada }) => {
    await ada.home.open();
    await ada.home.newDocumentButton.click();
    await ada.editor.write('Still here.');
    await ada.editor.expectSaved();
    await ada.page.reload();
    await ada.editor.expectText('Still here.');
    await ada.editor.expectSaved();
  });

  test('a document whose name looks like a path has a link that reloads, too', async ({ ada, ben }) => {
    await ada.editor.open('team/2026 plan/ä');
    await ada.editor.write('deep');
    await ada.editor.expectSaved();
    await ada.page.reload();
    await ada.editor.expectText('deep');
    await ben.editor.openAddress(ada.page.url());
    await ben.editor.expectText('deep');
  });

  test('edits made while the server is away survive a reload, and sync when it is back', async ({
    ada,
    ben,
    server,
  }) => {
    await ada.editor.open('away');
    await ada.editor.write('Before. ');
    await ada.editor.expectSaved();
    await ada.page.evaluate(() => navigator.serviceWorker.ready);
    expect((await server.kill('SIGTERM')).code).toBe(0);
    await ada.editor.write('Meanwhile. ');
    await expect(ada.editor.saveState).toHaveText('Offline — will sync');
    await ada.page.reload();
    await ada.editor.expectText('Before. Meanwhile. ');
    await ada.editor.write('After the reload.');
    await expect(ada.editor.saveState).toHaveText(/Connecting…|Offline — will sync/);

    await server.restart();
    await ada.editor.expectSaved();
    await ben.editor.open('away');
    await ben.editor.expectText('Before. Meanwhile. After the reload.');
  });

  test('says that it is offline as soon as the network goes, and syncs when it is back', async ({ ada, ben }) => {
    await ada.editor.open('network');
    await ben.editor.open('network');
    await ada.editor.write('one ');
    await ben.editor.expectText('one ');
    await ada.context.setOffline(true);
    await expect(ada.editor.saveState).toHaveText('Offline — will sync');
    await ada.editor.write('two ');
    await ben.editor.write('three');
    await ben.editor.expectSaved();
    await ben.editor.expectText('one three');
    await ada.context.setOffline(false);
    await ada.editor.expectSaved();
    await expect.poll(() => ben.editor.plainText()).toContain('two ');
    await ada.editor.expectText(await ben.editor.plainText());
  });

  test('[G3] a document that this device has never seen is not shown empty while the server is away', async ({
    ada,
    server,
  }) => {
    await ada.home.open();
    await ada.page.evaluate(() => navigator.serviceWorker.ready);
    await server.kill('SIGKILL');
    await ada.editor.open('unseen');
    await expect(ada.page.getByRole('heading', { name: 'This document isn’t on this device yet' })).toBeVisible();
    await expect(ada.editor.text).toBeHidden();
    await server.restart();
    await expect(ada.editor.text).toBeVisible();
  });
});
