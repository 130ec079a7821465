import { type Client, type ConnectOptions, connect } from '@quire/client';
import type { Settings, TokenSource } from './settings.ts';

/** A socket that no element uses is kept for whoever goes from one view of a page to the next. */
export const CLIENT_RESTS_AFTER_MS = 5_000;

export interface ClientLease {
  readonly client: Client;
  /** Lets go of it; `settled` says when what was begun with it is over. */
  release(settled?: Promise<unknown>): void;
}

type Access = Pick<Settings, 'server' | 'token' | 'getToken'>;

interface SharedClient {
  readonly client: Client;
  leases: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const shared = new Map<string, SharedClient>();
const tokenSources = new WeakMap<TokenSource, number>();
let countedSources = 0;

/**
 * The one client of this page for a server and a token: however many elements there are, they share a socket.
 *
 * @throws {QuireError} `no-address`, `bad-address`
 */
export function leaseClient(settings: Access): ClientLease {
  const key = keyOf(settings);
  const held = shared.get(key) ?? { client: connect(connectOptions(settings)), leases: 0, timer: undefined };
  shared.set(key, held);
  held.leases += 1;
  clearTimeout(held.timer);
  let released = false;
  return {
    client: held.client,
    release(settled = Promise.resolve()) {
      if (released) return;
      released = true;
      // A change that the server has not confirmed yet is not cut off with the socket: until then the lease goes on.
      const end = () => giveBack(key, held);
      settled.then(end, end);
    },
  };
}

function giveBack(key: string, held: SharedClient): void {
  held.leases -= 1;
  if (held.leases > 0) return;
  clearTimeout(held.timer);
  held.timer = setTimeout(() => {
    shared.delete(key);
    held.client.close();
  }, CLIENT_RESTS_AFTER_MS);
}

function keyOf({ server, token, getToken }: Access): string {
  return JSON.stringify([server ?? '', getToken === undefined ? (token ?? '') : numberOf(getToken)]);
}

function numberOf(source: TokenSource): number {
  const known = tokenSources.get(source);
  if (known !== undefined) return known;
  countedSources += 1;
  tokenSources.set(source, countedSources);
  return countedSources;
}

function connectOptions({ server, token, getToken }: Access): ConnectOptions {
  return {
    ...(server === undefined ? {} : { url: socketAddress(server) }),
    ...(token === undefined ? {} : { token }),
    ...(getToken === undefined ? {} : { getToken }),
  };
}

/** People know a server by the address that they open in a browser. */
export function socketAddress(server: string): string {
  return server.trim().replace(/^http(s?):\/\//i, 'ws$1://');
}
