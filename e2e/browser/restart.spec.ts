import { readRetryHint } from '@quire/protocol';
import { expect, test } from './fixtures.ts';

test.describe('a server that is restarted in mid-typing', () => {
  test('[G1] costs nobody a letter or a reload: both browsers hear when to come back, and do', async ({
    ada,
    ben,
    server,
  }) => {
    await ada.page.addInitScript(() => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      globalThis.WebSocket = class extends WebSocket {
        constructor(url: string | URL) {
          super(url);
          this.addEventListener('close', ({ code, reason }) => told.push(`${code} ${reason}`));
        }
      };
    });
    await ada.editor.open('restart');
    await ben.editor.open('restart');
    const words = 'Typed before, during and after. '.repeat(5).trimEnd();
    await ada.editor.text.press('Control+End');
    const typing = ada.page.keyboard.type(words, { delay: 10 });
    await expect.poll(() => ben.editor.plainText()).toContain('Typed before');
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await expect(ben.editor.saveState).toHaveText('Reconnecting…');
    await typing;
    const [first = ''] = await ada.page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
    expect(first).toMatch(/^1012 /);
    expect(readRetryHint(first)).not.toBeNull();

    await server.restart();
    await ada.editor.expectSaved();
    await ben.editor.expectText(words);
    await ben.editor.write(' And on.');
    await ada.editor.expectText(`${words} And on.`);
    await ben.editor.expectSaved();
  });
});
