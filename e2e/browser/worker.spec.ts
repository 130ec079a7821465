import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { joinWithHocuspocus } from '@quire/testing';
import { type Bundle, bundle } from '../packages/bundle.ts';
import { expect, test } from './fixtures.ts';

const root = dirname(dirname(import.meta.dirname));

/** Opens a document, says what is in it, and writes what it is told. */
const PROGRAM = `
import { connect } from '@quire/client';

self.onmessage = async ({ data: { url, text } }) => {
  const client = connect({ url });
  const room = client.open('team/plan');
  await room.whenLoaded();
  const body = room.doc.getText('body');
  body.insert(body.length, text);
  await room.whenSaved();
  self.postMessage(body.toString());
};
`;

test('[G1] a worker of a page has documents open by itself, with what it wrote saved', async ({ ada, server }) => {
  const program = await bundle(root, PROGRAM);
  const site = await serve(program);
  const guest = joinWithHocuspocus(server.wsUrl, 'team/plan');
  try {
    guest.doc.getText('body').insert(0, 'From outside, ');
    await expect.poll(() => guest.provider.hasUnsyncedChanges).toBe(false);

    await ada.page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const heard = await ada.page.evaluate(askWorker, {
      script: `/${program.entry}`,
      url: `${server.wsUrl}/collab`,
      text: 'and from a worker.',
    });
    expect(heard).toBe('From outside, and from a worker.');
    await expect.poll(() => guest.doc.getText('body').toString()).toBe(heard);
  } finally {
    guest.leave();
    site.close();
  }
});

function askWorker({ script, url, text }: { script: string; url: string; text: string }): Promise<string> {
  const worker = new Worker(script, { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ url, text });
  });
}

/** A page of somebody else's: empty, with the program beside it. */
async function serve({ files }: Bundle): Promise<Server> {
  const site = createServer(({ url = '/' }, response) => {
    const script = files.get(url.slice(1));
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? '<!doctype html><title>A page</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return site;
}
