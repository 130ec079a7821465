import type { Environment } from './environment.ts';
import { QuireError } from './errors.ts';

export interface Endpoint {
  readonly socketUrl: string;
  /** Where `/v1` hangs, without a slash at its end. */
  readonly httpUrl: string;
}

const SOCKET_PATH = '/collab';

/** @throws {QuireError} `no-address`, `bad-address` */
export function resolveEndpoint(url: string | undefined, location: Environment['location']): Endpoint {
  const socket = url === undefined ? derive(location) : parse(url);
  const path = socket.pathname.replace(/\/+$/, '');
  const socketPath = path === '' ? SOCKET_PATH : path;
  const prefix = socketPath.slice(0, socketPath.lastIndexOf('/'));
  const httpProtocol = socket.protocol === 'wss:' ? 'https:' : 'http:';
  return {
    socketUrl: `${socket.protocol}//${socket.host}${socketPath}${socket.search}`,
    httpUrl: `${httpProtocol}//${socket.host}${prefix}`,
  };
}

function derive(location: Environment['location']): URL {
  if (location === null) {
    throw new QuireError(
      'no-address',
      'Outside a page the server’s address is needed: connect({ url: "ws://host/collab" }).',
    );
  }
  return new URL(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${SOCKET_PATH}`);
}

function parse(url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new QuireError('bad-address', `Not an address of a server: ${url}`, { cause });
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:') {
    throw new QuireError(
      'bad-address',
      `A server’s address begins with ws:// or wss://, not with ${parsed.protocol}//`,
    );
  }
  return parsed;
}
