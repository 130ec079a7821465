import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

export interface AddressSet {
  /** Of an address as {@link plainAddress} writes it. */
  has(address: string): boolean;
}

interface AddressRange {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  /** Bits that all of the range have in common. */
  readonly prefix: number;
}

/** What is wrong with an address or a range of addresses, or null. */
export function addressRangeFault(text: string): string | null {
  if (parseRange(text) !== null) return null;
  return 'must be an IP address such as 10.0.0.7, or a range such as 10.0.0.0/8 or fd00::/8';
}

const NO_ADDRESSES: AddressSet = { has: () => false };

/** All addresses of these ranges, which must be without fault. */
export function createAddressSet(ranges: readonly string[]): AddressSet {
  if (ranges.length === 0) return NO_ADDRESSES; // as mostly, and it is asked for every connection
  const list = new BlockList();
  for (const { address, prefix, family } of ranges.flatMap((text) => parseRange(text) ?? [])) {
    list.addSubnet(address, prefix, family);
  }
  return {
    has: (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'),
  };
}

/** An address as everything here compares it: IPv4 as itself, also where a socket that speaks IPv6 heard it, and no zone. */
export function plainAddress(address: string): string {
  const bare = address.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : bare;
}

/**
 * Whom an address is counted with: of IPv6, everybody in its /64, since that is what a single customer gets, and whoever
 * has one can draw a new address for each connection.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [left, right = null] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = left ?? [];
  if (right !== null) {
    const written = groups.length + right.length + (right.at(-1)?.includes('.') === true ? 1 : 0);
    groups.push(...Array<string>(8 - written).fill('0'), ...right);
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

function parseRange(text: string): AddressRange | null {
  const [, written = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = bits === undefined ? plainAddress(written) : written;
  if (isIP(address) === 0) return null;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const longest = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  return prefix <= longest ? { address, family, prefix } : null;
}
