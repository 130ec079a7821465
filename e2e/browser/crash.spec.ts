import { joinWithYWebsocket, type ServerProcess, startServer, until } from '@quire/testing';
import { expect, test } from './fixtures.ts';

test.describe('a server that is killed in mid-typing', () => {
  test('[G1] has every edit that said "Saved"; both browsers reconnect and go on by themselves', async ({
    ada,
    ben,
    server,
  }) => {
    await ada.editor.open('crash');
    await ben.editor.open('crash');
    await ada.editor.write('Saved by Ada. ');
    await ada.editor.expectSaved();
    await ben.editor.expectText('Saved by Ada. ');
    await ben.editor.write('Saved by Ben. ');
    await ben.editor.expectSaved();
    await ada.editor.expectText('Saved by Ada. Saved by Ben. ');

    const unfinished = 'Words that nobody has promised to keep. '.repeat(4);
    await ada.editor.text.press('Control+End');
    const typing = ada.page.keyboard.type(unfinished, { delay: 10 });
    // In the middle: somebody else has seen the beginning of it.
    await expect.poll(() => ben.editor.plainText()).toContain('Words that');
    expect((await server.kill('SIGKILL')).signal).toBe('SIGKILL');
    await typing;
    await expect(ada.editor.saveState).toHaveText(/Reconnecting…|Offline — will sync/);
    await expect(ben.editor.saveState).toHaveText(/Reconnecting…|Offline — will sync/);

    // Read where neither browser can bring back what was lost.
    expect(await readElsewhere(server, 'crash')).toContain('Saved by Ada. Saved by Ben. ');

    await server.restart();
    await ada.editor.expectSaved();
    await ben.editor.expectSaved();
    await ben.editor.expectText(`Saved by Ada. Saved by Ben. ${unfinished}`);
    await ben.editor.write('After.');
    await ada.editor.expectText(`Saved by Ada. Saved by Ben. ${unfinished}After.`);
    await ada.editor.write(' Both.');
    await ben.editor.expectText(`Saved by Ada. Saved by Ben. ${unfinished}After. Both.`);
    await expect(ada.editor.person('Ben')).toBeVisible();
    await ada.editor.expectSaved();
  });
});

/** The text of a document, from a second server on the data of one that is down. */
async function readElsewhere(server: ServerProcess, name: string): Promise<string> {
  const other = await startServer({ data: server.data });
  const reader = joinWithYWebsocket(other.wsUrl, name);
  try {
    await until(() => reader.provider.synced, { what: 'the document does not load' });
    return reader.doc.getXmlFragment('default').toString();
  } finally {
    reader.leave();
    await other.stop();
  }
}
