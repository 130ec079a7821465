import { expect, test } from './fixtures.ts';

test('a page whose changes are nowhere but in its memory asks before it is closed, and only then', async ({ ada }) => {
  // As in browsers that keep nothing on the device.
  await ada.page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
  await ada.editor.open('guarded');
  await ada.editor.write('Before. ');
  await ada.editor.expectSaved();
  await ada.context.setOffline(true);
  await expect(ada.editor.saveState).toHaveText('Offline — will sync');
  await ada.editor.write('Meanwhile.');

  const asked = ada.page.waitForEvent('dialog');
  await ada.page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe('beforeunload');
  await question.dismiss();

  await ada.context.setOffline(false);
  await ada.editor.expectText('Before. Meanwhile.');
  await ada.editor.expectSaved();
  const closed = ada.page.waitForEvent('close');
  await ada.page.close({ runBeforeUnload: true });
  await closed;
});
