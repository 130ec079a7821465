import { joinWithHocuspocus, readerServerProgram, until, writerToken } from '@quire/testing';
import { expectNoViolations } from './axe.ts';
import { type Actor, expect, test } from './fixtures.ts';
import { test as testOnSmallDisk, writeUntilRefused } from './small-disk.ts';

/** A document with one of everything that the toolbar makes, so that axe has something to look at. */
async function writeSomeOfEverything({ editor, page }: Actor): Promise<void> {
  await editor.title.fill('A bit of everything');
  await editor.write('# Heading\nSome **bold** and *italic* text.\n- one\ntwo\n\n> quoted\n\n\n[ ] a task');
  await page.keyboard.press('Enter');
  await editor.expectSaved();
}

for (const colorScheme of ['light', 'dark'] as const) {
  // Something that fades in has no contrast yet.
  const browserOptions = { colorScheme, reducedMotion: 'reduce' } as const;

  test.describe(`axe in ${colorScheme} mode finds nothing`, () => {
    test.use({ browserOptions });

    test('on the home page, empty or not, nor in the menu of a row, the rename and the delete dialog', async ({
      ada,
    }) => {
      const { page, home } = ada;
      await home.open();
      await expect(page.getByRole('heading', { name: 'No documents yet' })).toBeVisible();
      await expectNoViolations(page);
      await home.newDocumentButton.click();
      await ada.editor.title.fill('Plan');
      await ada.editor.expectSaved();
      await home.open();
      await expect(home.link('Plan')).toBeVisible();
      await expectNoViolations(page);
      await page.getByRole('button', { name: 'More for Plan' }).click();
      await expect(page.getByRole('menu')).toBeVisible();
      await expectNoViolations(page);
      await page.keyboard.press('Escape');
      for (const action of ['Rename', 'Delete'] as const) {
        await home.choose('Plan', action);
        await expect(page.getByRole('dialog')).toBeVisible();
        await expectNoViolations(page);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();
      }
    });

    test('where changes to a deleted document are offered: on its page, under its name, in the list', async ({
      ada,
      ben,
    }) => {
      const { page } = ada;
      await ada.editor.open('plan');
      await ada.editor.write('Saved. ');
      await ada.editor.expectSaved();
      await ada.context.setOffline(true);
      await ada.editor.write('Not saved.');
      await expect(ada.editor.saveState).toHaveText('Offline — will sync');
      await ben.home.open();
      await ben.home.deleteForGood('plan');
      await ada.context.setOffline(false);
      const reopen = page.getByRole('alert').getByRole('button', { name: 'Open it anew' });
      await expect(reopen).toBeVisible();
      await expectNoViolations(page);
      await reopen.click();
      await page.getByRole('status').getByRole('button', { name: 'Discard' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectNoViolations(page);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toBeHidden();
      await expectNoViolations(page);
      await ada.home.open();
      await expect(page.getByRole('status').getByRole('link', { name: 'plan' })).toBeVisible();
      await expectNoViolations(page);
    });

    test('on the home page while the server is away, with a list that may be old and with none', async ({
      ada,
      server,
    }) => {
      await ada.editor.open('plan');
      await ada.editor.title.fill('Plan');
      await ada.editor.expectSaved();
      await ada.home.open();
      await expect(ada.home.link('Plan')).toBeVisible();
      await ada.page.evaluate(() => navigator.serviceWorker.ready);
      await server.kill('SIGKILL');
      await expect(ada.page.getByRole('alert')).toContainText('This list may be out of date.');
      await expectNoViolations(ada.page);
      await ada.page.reload();
      await expect(ada.page.getByRole('alert')).toContainText('Your documents can’t be listed');
      await expectNoViolations(ada.page);
    });

    test('in the editor with others in it, nor in any of its popovers', async ({ ada, ben, server }) => {
      const { page, editor } = ada;
      await editor.open('axe');
      await writeSomeOfEverything(ada);
      await ben.editor.open('axe');
      await ben.editor.write('Ben was here');
      await expect(editor.caretOf('Ben')).toBeVisible();
      await expectNoViolations(page);

      const others = Array.from({ length: 5 }, (_, index) => {
        const person = joinWithHocuspocus(server.wsUrl, 'axe');
        person.provider.setAwarenessField('user', { name: `Guest ${index}`, color: '#0f67b8' });
        return person;
      });
      try {
        for (const [opener, opened] of [
          [page.getByRole('button', { name: '2 more people' }), page.getByRole('list', { name: 'Everybody here' })],
          [page.getByRole('button', { name: /^Ada \(you\)/ }), page.getByRole('dialog', { name: 'You' })],
          [editor.saveState, page.locator('.popover').getByText('Every change you made')],
          [editor.toolbar.getByRole('button', { name: /^Paragraph style/ }), page.getByRole('menu')],
          [editor.toolbar.getByRole('button', { name: 'Link' }), page.getByRole('dialog', { name: 'Link' })],
        ] as const) {
          await opener.click();
          await expect(opened).toBeVisible();
          await expectNoViolations(page);
          await page.keyboard.press('Escape');
          await expect(opened).toBeHidden();
        }
      } finally {
        for (const person of others) person.leave();
      }
    });

    test('in the popover of a link, with a wrong address in it and with the link’s own', async ({ ada }) => {
      const { page, editor } = ada;
      await editor.open('link');
      await editor.toolbar.getByRole('button', { name: 'Link' }).click();
      const link = page.getByRole('dialog', { name: 'Link' });
      await link.getByRole('textbox', { name: 'Address' }).fill('not an address');
      await page.keyboard.press('Enter');
      await expect(link.getByRole('alert')).toBeVisible();
      await expectNoViolations(page);
      await link.getByRole('textbox', { name: 'Address' }).fill('example.org');
      await page.keyboard.press('Enter');
      await editor.text.getByRole('link').click();
      await page.keyboard.press('Control+k');
      await expect(link.getByRole('button', { name: 'Remove link' })).toBeVisible();
      await expectNoViolations(page);
    });

    test('on a document that was deleted while it was open', async ({ ada, ben }) => {
      await ada.editor.open('old');
      await writeSomeOfEverything(ada);
      await ben.home.open();
      await ben.home.deleteForGood('old');
      await expect(ada.page.getByRole('alert')).toContainText('This document was deleted.');
      await expectNoViolations(ada.page);
    });

    test('on pages that have nothing but bad news, and these keep their main landmark', async ({ ada, server }) => {
      const { page } = ada;
      await ada.home.open();
      await page.evaluate(() => navigator.serviceWorker.ready);
      const news = page.getByRole('main').getByRole('alert').getByRole('heading');
      await ada.editor.open(`a${'b'.repeat(2_000)}`);
      await expect(news).toHaveText('This document can’t be opened');
      await expectNoViolations(page);
      await server.kill('SIGKILL');
      await ada.editor.open('never-opened-here');
      await expect(news).toHaveText('This document isn’t on this device yet');
      await expectNoViolations(page);
      await page.addInitScript(() => {
        window.matchMedia = () => {
          throw new Error('broken');
        };
      });
      await page.reload();
      await expect(news).toHaveText('This page stopped working');
      await expectNoViolations(page);
    });
  });

  test.describe(`axe in ${colorScheme} mode, for one who may only read, finds nothing`, () => {
    test.use({ browserOptions, serverOptions: { program: readerServerProgram } });

    test('in the editor', async ({ ada, server }) => {
      const writer = joinWithHocuspocus(server.wsUrl, 'notice', { token: writerToken });
      try {
        writer.doc.getMap('meta').set('title', 'Notice');
        await until(() => writer.provider.synced && !writer.provider.hasUnsyncedChanges, { what: 'nothing is saved' });
        await ada.editor.open('notice');
        await expect(ada.editor.saveState).toHaveText('View only');
        await expectNoViolations(ada.page);
      } finally {
        writer.leave();
      }
    });
  });

  testOnSmallDisk.describe(`axe in ${colorScheme} mode, on a disk that refuses writes, finds nothing`, () => {
    testOnSmallDisk.use({ browserOptions });

    testOnSmallDisk('in the editor', async ({ ada, disk }) => {
      await ada.editor.open('full');
      await ada.editor.write('Before. ');
      await ada.editor.expectSaved();
      disk.fill();
      await writeUntilRefused(ada);
      await expectNoViolations(ada.page);
      disk.free();
      await ada.editor.expectSaved();
    });
  });
}
