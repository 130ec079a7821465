import { randomBytes } from 'node:crypto';
import { joinWithHocuspocus, type ServerProcess, startTcpProxy, type TcpProxy, until } from '@quire/testing';
import * as Y from 'yjs';
import { test as base, expect } from './fixtures.ts';

/** As much as the page takes in a few seconds at the speed below. */
const BYTES = 3_000_000;
const BYTES_PER_SECOND = 500_000;

const test = base.extend<{ readonly front: TcpProxy }>({
  front: async ({ server }, use) => {
    const proxy = await startTcpProxy(server.port);
    await use(proxy);
    await proxy.close();
  },
  address: async ({ front }, use) => use(`http://127.0.0.1:${front.port}`),
});

// Folded once, when all of it is there.
test.use({ serverOptions: { env: { QUIRE_JOURNAL_COMPACT_BYTES: '2900000' } } });

/** Paragraphs that no compression makes much smaller, folded into a snapshot. */
async function writeLarge(server: ServerProcess, name: string): Promise<void> {
  const writer = joinWithHocuspocus(server.wsUrl, name);
  await until(() => writer.provider.isSynced, { what: 'synced' });
  for (let written = 0; written < BYTES; written += 300_000) {
    const paragraph = new Y.XmlElement('paragraph');
    paragraph.insert(0, [new Y.XmlText(randomBytes(225_000).toString('base64'))]);
    writer.doc.getXmlFragment('archive').push([paragraph]);
  }
  const opening = new Y.XmlElement('paragraph');
  opening.insert(0, [new Y.XmlText('A long story.')]);
  writer.doc.getXmlFragment('default').push([opening]);
  await until(() => !writer.provider.hasUnsyncedChanges, { what: 'saved' });
  writer.leave();
  const state = `${server.url}/v1/documents/${name}/state`;
  await expect.poll(async () => (await fetch(state, { method: 'HEAD' })).status).toBe(200);
}

test.describe('a large document that this browser has never seen', () => {
  test('[G3] says how far it is, and goes on where it was when the line is cut', async ({ ada, front, server }) => {
    await writeLarge(server, 'story');
    const { page } = ada;
    const ranges: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && request.url().endsWith('/state')) ranges.push(request.headers().range);
    });
    await ada.home.open();
    const network = await ada.context.newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: BYTES_PER_SECOND,
      uploadThroughput: -1,
    });
    await ada.editor.open('story');
    const progress = page.getByRole('progressbar', { name: /^This is a large document: / });
    await expect(progress).toBeVisible();
    await expect.poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.position)).toBeGreaterThan(0.2);
    await expect(ada.editor.text).toBeHidden();
    front.reset();
    await ada.editor.expectText('A long story.');
    await expect(progress).toBeHidden();
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1).some((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]) > 100_000)).toBe(true);
    await ada.editor.write(' The end.');
    await ada.editor.expectSaved();
  });
});
