import { test, writeUntilRefused } from './small-disk.ts';

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
});
