import { type HaproxyProcess, joinWithYWebsocket, until } from '@quire/testing';
import { test as base, expect } from './fixtures.ts';
import { startHaproxyWithoutUpgrades } from './haproxy.ts';
import { expectPromptLeave } from './leaving.ts';

const test = base.extend<{ readonly haproxy: HaproxyProcess }>({
  haproxy: async ({ server }, use, testInfo) => {
    const haproxy = await startHaproxyWithoutUpgrades(server.port);
    await use(haproxy);
    await haproxy.stop();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('haproxy log', { body: haproxy.log, contentType: 'text/plain' });
    }
  },
  address: async ({ haproxy }, use) => use(haproxy.url),
});

test.describe('behind a proxy that refuses every WebSocket', () => {
  test('[G2] two people type together and see each other, and are told how it travels', async ({
    ada,
    ben,
    haproxy,
  }) => {
    await ada.editor.open('plan');
    await ada.editor.write('Dear Ben,');
    await ben.editor.open('plan');
    await ben.editor.expectText('Dear Ben,');
    await expect(ada.editor.person('Ben')).toBeVisible();
    await ben.editor.write(' hello Ada');
    await ada.editor.expectText('Dear Ben, hello Ada');
    await expect(ada.editor.caretOf('Ben')).toBeVisible();
    const [left, right] = ['abcdefghij'.repeat(4), 'klmnopqrst'.repeat(4)];
    await Promise.all([ada.page.keyboard.type(left), ben.page.keyboard.type(right)]);
    await ada.editor.expectSaved();
    await ben.editor.expectSaved();
    const letters = async (): Promise<string> => [...(await ada.editor.plainText())].sort().join('');
    await expect.poll(letters).toBe([...`Dear Ben, hello Ada${left}${right}`].sort().join(''));
    await ben.editor.expectText(await ada.editor.plainText());
    await ada.editor.saveState.click();
    await expect(ada.page.getByText('changes travel over plain HTTP')).toBeVisible();
    expect(haproxy.log).toMatch(/ 403 .*"GET [^"]*\/collab\?document=plan /);
    expect(haproxy.log).not.toMatch(/ 101 /);
  });

  test('[G7] one who closes the tab leaves the other’s screen within a second, caret included', async ({
    ada,
    ben,
  }) => {
    await expectPromptLeave({ ada, ben });
  });

  test('[G1] a server that is killed and started again costs nobody a letter', async ({ ada, ben, server }) => {
    await ada.editor.open('crash');
    await ben.editor.open('crash');
    await ada.editor.write('Saved. ');
    await ada.editor.expectSaved();
    await ben.editor.expectText('Saved. ');
    const words = 'Words that nobody has promised to keep. '.repeat(4);
    await ada.editor.text.press('Control+End');
    const typing = ada.page.keyboard.type(words, { delay: 10 });
    await expect.poll(() => ben.editor.plainText()).toContain('Words that');
    await server.kill('SIGKILL');
    await typing;
    await expect(ada.editor.saveState).toHaveText(/Reconnecting…|Offline — will sync/);
    await server.restart();
    await ada.editor.expectSaved();
    await ben.editor.expectText(`Saved. ${words}`);
    await ben.editor.write('After.');
    await ada.editor.expectText(`Saved. ${words}After.`);
    await ben.editor.expectSaved();
    const reader = joinWithYWebsocket(server.wsUrl, 'crash');
    try {
      await until(() => reader.provider.synced, { what: 'the document does not load' });
      expect(reader.doc.getXmlFragment('default').toString()).toContain('After.');
    } finally {
      reader.leave();
    }
  });

  test('[G1] what was typed in the last moment before the tab closed is kept', async ({ ada, ben }) => {
    await ada.editor.open('last');
    await ben.editor.open('last');
    await ben.editor.write('x');
    await ada.editor.expectText('x');
    await ben.page.keyboard.type('last words');
    await ben.page.close({ runBeforeUnload: false });
    await ada.editor.expectText('xlast words');
  });
});
