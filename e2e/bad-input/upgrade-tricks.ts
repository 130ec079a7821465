import { closeCodes } from '@quire/protocol';
import type { Fate } from './ask-raw.ts';

/** A request for a WebSocket with something odd about it, and what it must be answered with. */
export interface UpgradeTrick {
  readonly name: string;
  readonly fate: Fate;
  /** Written for the port that it is sent to. */
  request(port: number): Buffer;
}

interface Parts {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly host?: string | null;
  /** In the place of the usual headers of the same name; null leaves one out. */
  readonly handshake?: Readonly<Partial<Record<keyof typeof HANDSHAKE, string | null>>>;
  /** As they are, each with its line break. */
  readonly more?: string;
  /** Behind the head. */
  readonly body?: string;
}

const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
} as const;

/** In Latin-1: whatever is above it in these texts is meant to be a byte. */
function trick(name: string, fate: Fate, parts: Parts | ((port: number) => Parts)): UpgradeTrick {
  return {
    name,
    fate,
    request(port) {
      const { method, target, version, host, handshake, more, body } =
        typeof parts === 'function' ? parts(port) : parts;
      const headers = Object.entries({ ...HANDSHAKE, ...handshake }).flatMap(([header, value]) =>
        value === null ? [] : [`${header}: ${value}\r\n`],
      );
      if (host !== null) headers.unshift(`Host: ${host ?? `127.0.0.1:${port}`}\r\n`);
      const head = `${method ?? 'GET'} ${target ?? '/collab'} HTTP/${version ?? '1.1'}\r\n${headers.join('')}${more ?? ''}\r\n`;
      return Buffer.from(`${head}${body ?? ''}`, 'latin1');
    },
  };
}

const OPEN = 'open' as const;
const NO_NAME: Fate = { closed: closeCodes.badDocumentName.code };

const key = (value: string | null): Parts => ({ handshake: { 'Sec-WebSocket-Key': value } });
const protocolVersion = (value: string | null): Parts => ({ handshake: { 'Sec-WebSocket-Version': value } });
const upgradeTo = (value: string | null): Parts => ({ handshake: { Upgrade: value } });
const connection = (value: string | null): Parts => ({ handshake: { Connection: value } });

/** What RFC 6455 §4.2.1 asks of a handshake. Without the offer to upgrade it is a request like others, for a page that isn't there. */
const handshakeTricks = [
  trick('nothing odd', OPEN, {}),
  trick('no key', 400, key(null)),
  trick('an empty key', 400, key('')),
  trick('a key that is too short', 400, key('c2hvcnQ=')),
  trick('a key that is no Base64', 400, key('??????????????????????==')),
  trick('two keys', 400, { more: 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' }),
  trick('no version', 400, protocolVersion(null)),
  trick('an old version', 400, protocolVersion('7')),
  // Of the drafts before the RFC, the eighth has another header for the origin.
  trick('the version of a draft', 400, {
    ...protocolVersion('8'),
    more: 'Sec-WebSocket-Origin: http://evil.example\r\n',
  }),
  trick('a version that is no number', 400, protocolVersion('13, 8')),
  trick('a version in other digits', 400, protocolVersion('0xd')),
  trick('two versions', 400, { more: 'Sec-WebSocket-Version: 13\r\n' }),
  trick('no header that says to what', 426, upgradeTo(null)),
  trick('an upgrade to something else', 426, upgradeTo('h2c')),
  trick('an upgrade to one of two', 426, upgradeTo('websocket, h2c')),
  trick('two headers that say to what', 426, { more: 'Upgrade: websocket\r\n' }),
  trick('an upgrade in other letters', OPEN, upgradeTo('WebSocket')),
  trick('a connection that is to be closed', 426, connection('close')),
  trick('a connection that stays as it is, too', OPEN, connection('keep-alive, Upgrade')),
  // As some proxies speak by themselves; there is nothing in it that we need.
  trick('an old HTTP', OPEN, { version: '1.0' }),
  trick('another method', 405, { method: 'POST' }),
  trick('a method that nobody knows', 400, { method: 'WEBSOCKET' }),
  trick('a tunnel', 'hung up', { method: 'CONNECT', target: '127.0.0.1:80' }),
  trick('an extension that is not spoken', OPEN, { more: 'Sec-WebSocket-Extensions: permessage-deflate\r\n' }),
  trick('an extension that is no word', OPEN, { more: 'Sec-WebSocket-Extensions: =;,\r\n' }),
  trick('a subprotocol that is no word', 400, { more: 'Sec-WebSocket-Protocol: a b\r\n' }),
];

const ENOUGH = 20_000;
const header = (name: string, value: string): Parts => ({ more: `${name}: ${value}\r\n` });

const headerTricks = [
  trick('a header that is too long', 431, header('X-Odd', 'x'.repeat(ENOUGH))),
  trick('a cookie that is too long', 431, header('Cookie', `a=${'x'.repeat(ENOUGH)}`)),
  trick('very many headers', 431, { more: 'a: b\r\n'.repeat(ENOUGH / 4) }),
  trick('many headers', OPEN, { more: 'a: b\r\n'.repeat(100) }),
  trick('a header without a name', 400, { more: ': x\r\n' }),
  trick('a header with a space in its name', 400, { more: 'X Odd: x\r\n' }),
  trick('a header that goes on in the next line', 400, { more: 'X-Odd: x\r\n y\r\n' }),
  trick('a line that is no header', 400, { more: 'x\r\n' }),
  trick('names of prototypes as headers', OPEN, { more: '__proto__: x\r\nconstructor: y\r\n' }),
  trick('NUL in a cookie', 400, header('Cookie', 'a=\0')),
  trick('a control character in a cookie', 400, header('Cookie', 'a=\x01')),
  trick('a bare line feed in a cookie', 400, header('Cookie', 'a=\nb')),
  trick('a bare carriage return in a cookie', 400, header('Cookie', 'a=\rb')),
  trick('bytes beyond ASCII in a cookie', OPEN, header('Cookie', 'a=\x80\xff\xc3\x28')),
  trick('a cookie that is none', OPEN, header('Cookie', ';;=;,"\\"; =;')),
  trick('two cookies', OPEN, { more: 'Cookie: a=1\r\nCookie: a=2\r\n' }),
  trick('two tokens', OPEN, { more: 'Authorization: Bearer a\r\nAuthorization: Bearer b\r\n' }),
  // Not a body: what follows the head of an upgrade is the first frame.
  trick(
    'a body',
    { closed: closeCodes.protocolError.code },
    { ...header('Content-Length', '5'), body: '\xff\xff\xff\xff\xff' },
  ),
  trick('two lengths', 400, { more: 'Content-Length: 1\r\nContent-Length: 2\r\n' }),
  trick('a length and chunks', 400, { more: 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n' }),
];

const host = (name: string | null): Parts => ({ host: name });

/** A server on loopback answers to its own names only: another one may have been pointed at it to get a page in. */
const hostTricks = [
  trick('no host', OPEN, host(null)),
  trick('localhost', OPEN, host('localhost')),
  trick('the other loopback address', OPEN, host('[::1]:8080')),
  trick('an address of loopback, written in short', OPEN, host('127.1')),
  trick('another host', 403, host('evil.example')),
  trick('a host that begins like loopback', 403, host('localhost.evil.example')),
  trick('a host that begins like its address', 403, host('127.0.0.1.evil.example')),
  trick('a host that ends like loopback', 403, host('evil-localhost')),
  trick('a host behind userinfo', 403, host('127.0.0.1@evil.example')),
  trick('an empty host', 403, host('')),
  trick('a host that is none', 403, host('[')),
  trick('a port beyond all ports', 403, host('localhost:99999999')),
  // Node takes the first, and so does whoever looks at it.
  trick('two hosts, its own first', OPEN, { more: 'Host: evil.example\r\n' }),
  trick('two hosts, its own last', 403, (port) => ({ host: 'evil.example', more: `Host: 127.0.0.1:${port}\r\n` })),
];

const origin =
  (value: string) =>
  (port: number): Parts =>
    header('Origin', value.replace('PORT', String(port)));

/** Browsers say in every upgrade which page asks for it; programs say nothing. */
const originTricks = [
  trick('its own origin', OPEN, origin('http://127.0.0.1:PORT')),
  trick('its own in other letters', OPEN, origin('HTTP://LocalHost:PORT')),
  trick('another port of this machine', OPEN, origin('http://localhost:1')),
  trick('no page', 403, origin('null')),
  trick('an empty origin', 403, origin('')),
  trick('another origin', 403, origin('http://evil.example')),
  trick('another origin at the same port', 403, origin('http://evil.example:PORT')),
  trick('one that begins like loopback', 403, origin('http://localhost.evil.example')),
  trick('one that begins like its address', 403, origin('http://127.0.0.1.evil.example')),
  trick('one that ends like loopback', 403, origin('http://evil-localhost')),
  trick('userinfo that looks like loopback', 403, origin('http://localhost@evil.example')),
  trick('userinfo before loopback', 403, origin('http://evil.example@localhost')),
  trick('loopback as a path', 403, origin('http://evil.example/localhost')),
  trick('loopback as a fragment', 403, origin('http://evil.example#localhost')),
  trick('loopback behind a backslash', 403, origin('http://evil.example\\@localhost')),
  trick('NUL in its encoding', 403, origin('http://localhost%00.evil.example')),
  trick('a file', 403, (port) => ({ ...origin('file://')(port), host: 'localhost' })),
  trick('a port beyond all ports', 403, origin('http://localhost:99999')),
  trick('two origins in one', 403, origin('http://127.0.0.1:PORT, http://evil.example')),
  trick('two origins, its own first', 403, (port) => ({
    more: `Origin: http://127.0.0.1:${port}\r\nOrigin: http://evil.example\r\n`,
  })),
];

const target = (path: string): Parts => ({ target: path });

/** Paths are taken as they are sent, and names decoded once: there is no way up and out of anything. */
const targetTricks = [
  trick('a slash behind', OPEN, target('/collab/')),
  trick('a query', OPEN, target('/collab?token=x')),
  trick('an empty query', OPEN, target('/collab?')),
  trick('a query flood', OPEN, target(`/collab?${'a=b&'.repeat(2_000)}`)),
  trick('a query that is not UTF-8', OPEN, target('/collab?token=%ff%00')),
  trick('two slashes before', 404, target('//collab')),
  trick('two slashes before, as if a host came', 404, target('//evil.example/collab')),
  trick('a way up behind', 404, target('/collab/..')),
  trick('a way up before', 404, target('/../collab')),
  trick('an encoded way up', 404, target('/%2e%2e/collab')),
  trick('a way down and up', 404, target('/x/../collab')),
  trick('an encoded slash behind', 404, target('/collab%2f')),
  trick('encoded letters', 404, target('/%63ollab')),
  trick('other letters', 404, target('/COLLAB')),
  trick('a parameter', 404, target('/collab;x=1')),
  trick('a backslash', 404, target('/\\collab')),
  trick('NUL in its encoding', 404, target('/collab%00')),
  trick('a whole URL', 404, target('http://evil.example/collab')),
  trick('an asterisk', 404, target('*')),
  trick('a target that is no path', 400, target('collab')),
  trick('a space', 400, target('/col lab')),
  trick('NUL', 400, target('/collab\0')),
  trick('a path that is too long', 431, target(`/${'x'.repeat(ENOUGH)}`)),
  trick('a name of one slash', OPEN, target('/yjs/%2F')),
  trick('a name with a way up in it', OPEN, target('/yjs/a/../b')),
  trick('a name with an encoded way up in it', OPEN, target('/yjs/a%2F%2e%2e%2Fb')),
  trick('a name that is encoded twice', OPEN, target('/yjs/%252e%252e')),
  trick('a name of a prototype', OPEN, target('/yjs/__proto__')),
  trick('no name', NO_NAME, target('/yjs/')),
  trick('one dot for a name', NO_NAME, target('/yjs/.')),
  trick('two dots for a name', NO_NAME, target('/yjs/..')),
  trick('two encoded dots for a name', NO_NAME, target('/yjs/%2e%2E')),
  trick('a name of NUL', NO_NAME, target('/yjs/%00')),
  trick('a name with NUL in it', NO_NAME, target('/yjs/a%00b')),
  trick('a name with a line break in it', NO_NAME, target('/yjs/a%0d%0aSet-Cookie:%20x')),
  trick('a name that is too long', NO_NAME, target(`/yjs/${'x'.repeat(8_000)}`)),
  trick('a name that is not UTF-8', 400, target('/yjs/%ff')),
  trick('a name of half a character', 400, target('/yjs/%ed%a0%80')),
  trick('a percent sign alone', 400, target('/yjs/%')),
  trick('no document', 404, target('/yjs')),
];

export const upgradeTricks = {
  handshake: handshakeTricks,
  headers: headerTricks,
  host: hostTricks,
  origin: originTricks,
  target: targetTricks,
} as const satisfies Record<string, readonly UpgradeTrick[]>;
