// A worker that opens a document by itself.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { connect } from '@quire/client';
import { createServer } from '@quire/server';

if (isMainThread) await lead();
else parentPort.once('message', write);

async function lead() {
  const server = await createServer({ port: 0, data: './worker-data', log: { level: 'silent' } });
  const worker = new Worker(new URL(import.meta.url));
  worker.postMessage(`${server.url.replace('http', 'ws')}/collab`);
  const [said] = await once(worker, 'message');
  console.log(`worker: ${said}`);
  // It ends by itself: a client that is closed holds nothing.
  await once(worker, 'exit');
  await server.close();
}

async function write(url) {
  const client = connect({ url });
  const room = client.open('team/plan');
  await room.whenLoaded();
  room.doc.getText('body').insert(0, 'from a worker');
  await room.whenSaved();
  parentPort.postMessage(room.doc.getText('body').toString());
  client.close();
}
