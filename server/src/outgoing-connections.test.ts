import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openOutgoingConnections } from './outgoing-connections.ts';

it('a question that is given up before there is an answer fails with the reason for that', async () => {
  const asked = Promise.withResolvers<void>();
  const silent = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const connections = openOutgoingConnections();
  const end = new AbortController();
  const answer = connections.ask(new URL(`http://127.0.0.1:${port}/`), { headers: {}, body: null, signal: end.signal });
  const reason = new DOMException('too late', 'TimeoutError');
  const given = expect(answer).rejects.toBe(reason);
  await asked.promise;
  end.abort(reason);
  await given;
  connections.close();
  silent.close();
});
