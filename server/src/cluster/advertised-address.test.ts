import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { advertisedAddress } from './advertised-address.ts';

const at = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal }) as unknown as NetworkInterfaceInfo;

it.each([
  [['127.0.0.1', '::1'], 'http://127.0.0.1:8080'],
  [['127.0.0.1', '10.0.0.7'], 'http://10.0.0.7:8080'],
  [['fd00::7'], 'http://[fd00::7]:8080'],
  [['quire-1.internal'], 'http://quire-1.internal:8080'],
  [['0.0.0.0'], 'http://172.18.0.3:8080'],
  [['::'], 'http://172.18.0.3:8080'],
])('a node that listens on %j is reached at %s', (hosts, address) => {
  const interfaces = { lo: [at('127.0.0.1', true)], eth0: [at('fe80::1'), at('fd00::3'), at('172.18.0.3')] };
  expect(advertisedAddress({ hosts, port: 8080 }, interfaces)).toBe(address);
});

it('a machine without a network has only itself', () => {
  expect(advertisedAddress({ hosts: ['0.0.0.0'], port: 1 }, { lo: [at('127.0.0.1', true)] })).toBe('http://localhost:1');
});
