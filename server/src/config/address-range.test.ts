import { describe, expect, it } from 'vitest';
import { addressGroup, addressRangeFault, createAddressSet, plainAddress } from './address-range.ts';

describe('ranges of addresses', () => {
  it.each(['10.0.0.7', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fd00::/8', '::ffff:10.0.0.7'])('%s is one', (text) => {
    expect(addressRangeFault(text)).toBeNull();
  });

  it.each(['', 'proxy', '10.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', ' 10.0.0.7'])(
    '%j is none, and a fault says what one looks like',
    (text) => expect(addressRangeFault(text)).toContain('10.0.0.0/8'),
  );

  it('hold what lies in them and nothing else', () => {
    const set = createAddressSet(['10.0.0.0/8', '192.168.1.2', 'fd00::/8', '::ffff:172.16.0.1']);
    const inside = ['10.255.0.1', '192.168.1.2', 'fd12::1', '172.16.0.1'];
    const outside = ['11.0.0.1', '192.168.1.3', 'fe80::1', '172.16.0.2', '', 'unknown'];
    expect(inside.filter((address) => !set.has(address))).toEqual([]);
    expect(outside.filter((address) => set.has(address))).toEqual([]);
  });
});

describe('an address', () => {
  it('of IPv4 is the same whichever socket heard it, and has no zone', () => {
    expect(['127.0.0.1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'].map(plainAddress)).toEqual(Array(3).fill('127.0.0.1'));
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });

  it('[G4] of IPv6 is counted with its /64, however it is written; one of IPv4 by itself', () => {
    const same = ['2001:db8:0:7::1', '2001:db8::7:0:0:0:1', '2001:0DB8:0000:0007:ffff::', '2001:db8:0:7::1.2.3.4'];
    expect(new Set(same.map(addressGroup))).toEqual(new Set(['2001:db8:0:7::/64']));
    expect(addressGroup('2001:db8:0:8::1')).toBe('2001:db8:0:8::/64');
    expect([addressGroup('::1'), addressGroup('::')]).toEqual(['0:0:0:0::/64', '0:0:0:0::/64']);
    expect(addressGroup('203.0.113.7')).toBe('203.0.113.7');
  });
});
