import { isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { isLoopbackHost } from './hosts.ts';

/** What is known of the machine: `os.networkInterfaces()` and `os.hostname()`. */
export interface Machine {
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
  readonly hostname: string;
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Where other nodes reach a server that listens on these hosts, as far as it can be known from here. On loopback alone,
 * only nodes of the same machine do.
 */
export function findClusterAddress(hosts: readonly string[], port: number, machine: Machine): string {
  return `http://${write(findHost(hosts, machine))}:${port}`;
}

function findHost(hosts: readonly string[], { interfaces, hostname }: Machine): string {
  const named = hosts.find((host) => !EVERYWHERE.has(host) && !isLoopbackHost(host));
  if (named !== undefined) return named;
  if (!hosts.some((host) => EVERYWHERE.has(host))) return hosts[0] ?? '127.0.0.1';
  const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
  const usable = addresses.filter(({ address, family, internal }) => {
    // An address of the link alone needs a zone, which means nothing on another machine.
    if (internal || /^(fe80:|169\.254\.)/i.test(address)) return false;
    return family === 'IPv4' ? hosts.includes('0.0.0.0') || !hosts.some(isIPv4Host) : hosts.includes('::');
  });
  const first = usable.find(({ family }) => family === 'IPv4') ?? usable[0];
  return first?.address ?? hostname;
}

/** Where some host is written as IPv4, `::` is for IPv6 alone. */
function isIPv4Host(host: string): boolean {
  return /^\d+(\.\d+){3}$/.test(host);
}

function write(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
