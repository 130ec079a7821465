import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findClusterAddress, type Machine } from './cluster-address.ts';

function info(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask: '', mac: '', internal, cidr: null };
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}

const machine: Machine = {
  interfaces: {
    lo: [info('127.0.0.1', true), info('::1', true)],
    eth0: [info('fe80::1'), info('fd00::7'), info('10.0.0.7')],
    eth1: [info('192.168.1.2')],
  },
  hostname: 'node-7',
};

describe('where other nodes reach this one', () => {
  it.each<[string, readonly string[], string]>([
    ['loopback, when it listens nowhere else', ['127.0.0.1', '::1'], 'http://127.0.0.1:8080'],
    ['the address that it was told', ['127.0.0.1', '192.168.1.2'], 'http://192.168.1.2:8080'],
    ['the name that it was told', ['docs.internal'], 'http://docs.internal:8080'],
    ['an IPv6 address in brackets', ['fd00::7'], 'http://[fd00::7]:8080'],
    ['its first address that is not loopback, when it listens on all', ['0.0.0.0'], 'http://10.0.0.7:8080'],
    ['that too when it listens on all by IPv6, which takes IPv4 along', ['::'], 'http://10.0.0.7:8080'],
    ['of IPv6 one that is good beyond its link', ['127.0.0.1', '::'], 'http://[fd00::7]:8080'],
  ])('is %s', (_, hosts, address) => {
    expect(findClusterAddress(hosts, 8080, machine)).toBe(address);
  });

  it('is its name where it has no address but loopback', () => {
    const interfaces = { lo: [info('127.0.0.1', true)], eth0: [info('169.254.3.4')], gone: undefined };
    expect(findClusterAddress(['0.0.0.0'], 8080, { interfaces, hostname: 'node-7' })).toBe('http://node-7:8080');
  });
});
