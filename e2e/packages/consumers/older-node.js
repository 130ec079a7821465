// A runtime without a WebSocket of its own, as Node before 22: the client says so, and does with another, or without.
import { connect } from '@quire/client';
import { createServer } from '@quire/server';
import { WebSocket } from 'ws';

delete globalThis.WebSocket;

const server = await createServer({ port: 0, data: './older-data', log: { level: 'silent' } });
const url = server.url.replace('http', 'ws');

try {
  connect({ url }).open('team/plan');
} catch (error) {
  console.log(`${error.name}: ${error.code}`);
}

for (const instead of [{ WebSocket }, { transport: 'http' }]) {
  const client = connect({ url, ...instead });
  const room = client.open('team/plan');
  await room.whenLoaded();
  const text = room.doc.getText('body');
  text.insert(0, 'Hello');
  await room.whenSaved();
  console.log(`${room.status.get().transport}: ${text}`);
  client.close();
}
await server.close();
