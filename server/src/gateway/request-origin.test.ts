import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { RequestOrigin } from './request-origin.ts';

/** What a server gets from a client that sends these lines. */
async function receive(...lines: readonly string[]): Promise<IncomingMessage> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(['GET /yjs/plan?token=x HTTP/1.1', ...lines, '', ''].join('\r\n'));
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  socket.destroy();
  server.close();
  return request;
}

it('keeps what a request says of whoever sends it', async () => {
  const origin = new RequestOrigin(
    await receive('Host: localhost', 'User-Agent: a browser', 'X-Empty:'),
    '203.0.113.7',
  );
  expect(origin.url.pathname + origin.url.search).toBe('/yjs/plan?token=x');
  expect(Object.fromEntries(origin.headers)).toEqual({
    host: 'localhost',
    'user-agent': 'a browser',
    'x-empty': '',
    'x-real-ip': '203.0.113.7',
  });
});

it('takes the first of what may be said once, whatever its case', async () => {
  const { headers } = new RequestOrigin(
    await receive('Host: localhost', 'Authorization: Bearer one', 'AUTHORIZATION: Bearer two'),
    '203.0.113.7',
  );
  expect(headers.get('authorization')).toBe('Bearer one');
});

it('joins cookies so that they can be read, and everything else as a list', async () => {
  const { headers } = new RequestOrigin(
    await receive('Host: localhost', 'Cookie: a=1', 'Cookie: b=2', 'X-Forwarded-For: 10.0.0.1', 'X-Forwarded-For: ::1'),
    '203.0.113.7',
  );
  expect(headers.get('cookie')).toBe('a=1; b=2');
  expect(headers.get('x-forwarded-for')).toBe('10.0.0.1, ::1');
});

it.each([
  ...['Age', 'Authorization', 'Content-Type', 'Cookie', 'ETag', 'Expires', 'From', 'Host', 'If-Modified-Since'],
  ...['If-Unmodified-Since', 'Last-Modified', 'Location', 'Max-Forwards', 'Proxy-Authorization', 'Referer'],
  ...['Retry-After', 'Server', 'User-Agent', 'Origin', 'Accept', 'Forwarded', 'Sec-WebSocket-Protocol', 'X-Real-IP'],
])('reads %s, said twice, as Node does', async (name) => {
  const host = name === 'Host' ? [] : ['Host: localhost'];
  const request = await receive(...host, `${name}: one`, `${name}: two`);
  expect(new RequestOrigin(request, '203.0.113.7').headers.get(name)).toBe(request.headers[name.toLowerCase()]);
});

it.each([
  [true, '/yjs/plan?token=x', 'Origin: http://localhost'],
  [true, '/yjs/plan?%74oken=x', 'Origin: http://localhost'],
  [true, '/collab', 'AUTHORIZATION: Bearer one'],
  [false, '/collab', 'X-Authorization: Bearer one'],
])('says %s of whether a token may stand in %s with %s', async (mayCarryToken, target, line) => {
  const request = await receive('Host: localhost', line);
  request.url = target;
  expect(new RequestOrigin(request, '203.0.113.7').mayCarryToken).toBe(mayCarryToken);
});
