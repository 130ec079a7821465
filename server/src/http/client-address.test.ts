import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAddressReader } from './client-address.ts';

const proxies = ['10.0.0.0/8', '::1'];

/** Where a request that comes from `remoteAddress` is taken to come from. */
function read(remoteAddress: string | undefined, forwardedFor?: string, trusted: readonly string[] = proxies): string {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return createAddressReader(trusted)({ headers, socket: { remoteAddress } as IncomingMessage['socket'] });
}

describe('where a request comes from', () => {
  it('is the other end of the connection, whatever it says, unless that is a proxy of ours', () => {
    expect(read('203.0.113.7')).toBe('203.0.113.7');
    expect(read('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(read('10.0.0.1', '198.51.100.1', [])).toBe('10.0.0.1');
  });

  it('is what our proxy says, read from the end: a client can only write before that', () => {
    expect(read('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1');
    expect(read('10.0.0.1', '192.0.2.66, 198.51.100.1')).toBe('198.51.100.1');
    expect(read('10.0.0.1', '10.9.9.9, 198.51.100.1')).toBe('198.51.100.1');
  });

  it('is found behind several of them', () => {
    expect(read('10.0.0.1', '192.0.2.66, 198.51.100.1, 10.0.0.2,10.0.0.3')).toBe('198.51.100.1');
  });

  it('is the farthest proxy when that asks for itself, or says something that is no address', () => {
    expect(read('10.0.0.1')).toBe('10.0.0.1');
    expect(read('10.0.0.1', '')).toBe('10.0.0.1');
    expect(read('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3');
    expect(read('10.0.0.1', '198.51.100.1, unknown')).toBe('10.0.0.1');
    expect(read('10.0.0.1', '198.51.100.1, unknown, 10.0.0.2')).toBe('10.0.0.2');
  });

  it('is the same in all spellings, ports left out', () => {
    expect(read('::ffff:10.0.0.1', '::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(read('10.0.0.1', '198.51.100.1:40312')).toBe('198.51.100.1');
    expect(read('::1', '[2001:db8::1]:40312')).toBe('2001:db8::1');
    expect(read('::1', '2001:db8::1')).toBe('2001:db8::1');
  });

  it('is nowhere once the connection is gone', () => {
    expect(read(undefined, '198.51.100.1')).toBe('');
  });
});
