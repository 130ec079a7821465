import { expect } from './fixtures.ts';
import { test, writeUntilRefused } from './small-disk.ts';

/** Finds no room in the last page of a file. */
const MORE_THAN_A_PAGE = 'On a full disk. '.repeat(1_000);

test.describe('a disk that refuses writes', () => {
  test('[G5] is named where "Saved" stood; saving resumes by itself, and survives a kill', async ({
    ada,
    ben,
    server,
    disk,
  }) => {
    await ada.editor.open('full');
    await ben.editor.open('full');
    await ada.editor.write('Before. ');
    await ada.editor.expectSaved();
    disk.fill();
    const written = `Before. ${await writeUntilRefused(ada)}`;
    disk.free();
    await ada.editor.expectSaved();
    await ben.editor.expectText(written);
    await ben.editor.write('After.');
    await ben.editor.expectSaved();

    await server.kill('SIGKILL');
    const cleo = ben;
    await cleo.page.goto('about:blank');
    await ada.page.goto('about:blank');
    await server.restart();
    await cleo.editor.open('full');
    await cleo.editor.expectText(`${written}After.`);
    await cleo.editor.expectSaved();
  });

  test('[G5] is waited for by who writes without a browser, as by a page, until it takes writes again', async ({
    person,
    disk,
  }) => {
    const ada = await person('Ada', { dialect: 'quire', timeoutMs: 30_000 });
    const body = ada.doc.getText('body');
    const { status } = ada.provider;
    disk.fill();
    await expect(async () => {
      body.insert(0, MORE_THAN_A_PAGE);
      const refused = { state: 'cannot-save', reason: expect.stringContaining('disk refuses writes') };
      await expect.poll(() => status.get(), { timeout: 3_000 }).toMatchObject(refused);
    }).toPass();
    const waiting = Promise.all([ada.synced(), ada.saved()]);
    disk.free();
    await waiting;
    const ben = await person('Ben', { dialect: 'quire' });
    expect(ben.doc.getText('body').toString()).toBe(body.toString());
  });
});
