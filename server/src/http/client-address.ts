import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { createAddressSet, plainAddress } from '../config/address-range.ts';

/** Where a request comes from. */
export type ReadClientAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string;

/**
 * Where a request comes from: the other end of its connection, unless that is one of our proxies. A proxy appends to
 * `X-Forwarded-For` whom it was asked by, so the header is read from its end, and only as far as our own proxies wrote
 * it: what stands before that is whatever the client made up.
 *
 * The other header, `Forwarded`, is not read. Were both, a client could send the one that the proxy leaves alone.
 */
export function createAddressReader(trustedProxies: readonly string[]): ReadClientAddress {
  const trusted = createAddressSet(trustedProxies);
  return ({ headers, socket }) => {
    let address = plainAddress(socket.remoteAddress ?? '');
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    while (trusted.has(address)) {
      const hop = readHop(hops.pop() ?? '');
      if (hop === null) break; // no hop before it, or none that can be read: as far as we know, the proxy itself asks
      address = hop;
    }
    return address;
  };
}

/** An address, which some proxies write with its port. */
function readHop(text: string): string | null {
  const hop = text.trim();
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
  const address = plainAddress(bare);
  return isIP(address) === 0 ? null : address;
}
