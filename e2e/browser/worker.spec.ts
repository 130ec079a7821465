import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { Room } from '@quire/client';
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

/** Has a document open, for whoever looks into the worker. */
const OPENED = `
import { connect } from '@quire/client';

const { hash } = self.location;
self.room = connect({ url: decodeURIComponent(hash.slice(1)) }).open('team/plan');
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

test('[G1] a worker finds out that the network is gone and back: what it wrote meanwhile is saved', async ({
  ada,
  server,
}) => {
  const program = await bundle(root, OPENED);
  const site = await serve(program);
  const guest = joinWithHocuspocus(server.wsUrl, 'team/plan');
  try {
    await ada.page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const arrival = ada.page.waitForEvent('worker');
    await ada.page.evaluate(startWorker, `/${program.entry}#${encodeURIComponent(`${server.wsUrl}/collab`)}`);
    const worker = await arrival;
    const state = () => worker.evaluate(() => (self as typeof self & Opened).room?.status.get().state);
    await expect.poll(state).toBe('saved');

    await ada.context.setOffline(true);
    await expect.poll(state).toBe('offline');
    await worker.evaluate(() => (self as typeof self & Opened).room?.doc.getText('body').insert(0, 'From a tunnel.'));
    expect(await state()).toBe('offline');
    expect(guest.doc.getText('body').toString()).toBe('');

    await ada.context.setOffline(false);
    await expect.poll(state).toBe('saved');
    await expect.poll(() => guest.doc.getText('body').toString()).toBe('From a tunnel.');
  } finally {
    guest.leave();
    site.close();
  }
});

interface Opened {
  readonly room?: Room;
}

function startWorker(script: string): void {
  // Kept, as a page does that goes on to speak with it.
  Object.assign(window, { worker: new Worker(script, { type: 'module' }) });
}

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
