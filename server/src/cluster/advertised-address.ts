import { isIPv4, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { isLoopbackHost } from '../config/hosts.ts';

const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];

/**
 * Where other nodes reach this one, when no setting says so: at an address that it listens on, of this machine's when it
 * listens on all of them, and rather at one that is not loopback.
 */
export function advertisedAddress(
  { hosts, port }: { readonly hosts: readonly string[]; readonly port: number },
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): string {
  const outward = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    // A link-local address needs the name of a link, which means nothing on another machine.
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
    .sort((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)));
  const [first = 'localhost'] = hosts;
  const listensOnAll = hosts.some((host) => EVERY_ADDRESS.includes(host));
  const host = listensOnAll ? (outward[0] ?? 'localhost') : (hosts.find((each) => !isLoopbackHost(each)) ?? first);
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
