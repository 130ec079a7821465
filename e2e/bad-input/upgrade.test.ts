import { connect } from 'node:net';
import { joinWithYWebsocket, type ServerProcess, startServer, until } from '@quire/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findComplaints } from '../soak/log-complaints.ts';
import { askRaw } from './ask-raw.ts';
import { upgradeTricks } from './upgrade-tricks.ts';

let server: ServerProcess;
let bystander: ReturnType<typeof joinWithYWebsocket>;
const losses: unknown[] = [];
beforeAll(async () => {
  server = await startServer({ ownProcess: true });
  bystander = joinWithYWebsocket(server.wsUrl, 'bystander');
  await until(() => bystander.provider.synced, { what: 'the bystander is not let in' });
  bystander.provider.on('connection-close', (event) => losses.push(event));
});
afterAll(async () => {
  bystander.leave();
  await server.stop();
});

describe.each(Object.entries(upgradeTricks))('an upgrade with something odd about its %s', (_, tricks) => {
  test.each(tricks)('[G6] $name: $fate', async ({ request, fate }) => {
    expect(await askRaw(server.port, request(server.port))).toEqual(fate);
  });
});

test('[G4] whoever is refused and does not hang up is hung up on', async () => {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  let isClosed = false;
  socket.on('error', () => {}); // followed by `close`
  socket.on('close', () => {
    isClosed = true;
  });
  socket.resume();
  socket.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  // Writing on is how somebody without the other end's goodbye would notice.
  const writing = setInterval(() => socket.write('x'), 20);
  await until(() => isClosed, { what: 'the connection stays' });
  clearInterval(writing);
});

test('after all of it nobody else has noticed, and the server has logged no failure', async () => {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(losses).toEqual([]);
  expect(findComplaints(server.log)).toEqual([]);
});
