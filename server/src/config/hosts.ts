import { isIP, isIPv6 } from 'node:net';

const LOOPBACK_PAIR = ['127.0.0.1', '::1'] as const;
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

/** `localhost` means both loopback addresses: which one a browser tries first is its own choice. */
export function expandHost(host: string): readonly string[] {
  return host.toLowerCase() === 'localhost' ? LOOPBACK_PAIR : [host];
}

export function hostFault(host: string): string | null {
  if (isIP(host) !== 0 || hostName.test(host)) return null;
  return 'must be an IP address or a host name, without scheme and port';
}

/** Where a server with these settings is reached from this machine. */
export function reachableAddress({ host, port }: { readonly host: readonly string[]; readonly port: number }): string {
  return `http://${reachableHost(host)}:${port}`;
}

/** Of the hosts that a server listens on, one under which this machine reaches it, as it is written in an address. */
function reachableHost(hosts: readonly string[]): string {
  const [first = 'localhost'] = hosts;
  if (hosts.some((host) => isLoopbackHost(host) || host === '0.0.0.0' || host === '::')) return 'localhost';
  return isIPv6(first) ? `[${first}]` : first;
}

/** Whether only this machine can reach a listener on `host`. A name that merely resolves to loopback doesn't count. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  if (isIP(name) === 6) return name === '::1' || /^::ffff:127\./.test(name);
  return name === 'localhost' || name.endsWith('.localhost');
}
