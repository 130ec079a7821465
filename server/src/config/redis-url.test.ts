import { describe, expect, it } from 'vitest';
import { redisUrlFault } from './redis-url.ts';

describe('the address of a Redis', () => {
  it.each([
    'redis://localhost',
    'redis://redis:6379/0',
    'redis://:hunter22@10.0.0.7:6379',
    'redis://quire:a%40b%2Fc@redis.internal:6380/3',
    'redis://[fd00::7]:6379/0',
    'rediss://quire:hunter22@redis.example.com:6380',
    'redis-sentinel://s1:26379,s2:26379,s3/mymaster',
    'redis-sentinel://:hunter22@s1:26379,s2:26379/mymaster',
    'rediss-sentinel://s1,s2/mymaster/3?sentinel-password=hunter22',
    'redis-cluster://n1:6379,n2:6379,n3:6379',
    'rediss-cluster://n1',
  ])('may be %s', (url) => {
    expect(redisUrlFault(url)).toBeNull();
  });

  it.each<[string, RegExp]>([
    ['localhost:6379', /one of the forms redis:\/\//],
    ['http://localhost:6379', /one of the forms/],
    ['redis://', /name a host/],
    ['redis://host:port', /name a host/],
    ['redis://host:0', /name a host/],
    ['redis://host:70000', /name a host/],
    ['redis://host/main', /number of a database/],
    ['redis://h1,h2', /one host/],
    ['redis-sentinel://s1:26379', /the master/],
    ['redis-sentinel://s1,,s2/mymaster', /name a host/],
    ['redis-cluster://n1:6379/1', /no database/],
    ['redis://quire:hunter%2@host', /percent-encoded/],
  ])('may not be %s', (url, words) => {
    expect(redisUrlFault(url)).toMatch(words);
  });

  it('is not repeated in what is said of it, since it may hold a password', () => {
    for (const url of [
      'redis://quire:hunter22@',
      'ftp://quire:hunter22@host',
      'redis://quire:hunter22@h1,h2',
      'hunter22',
    ]) {
      const fault = redisUrlFault(url);
      expect(fault).not.toBeNull();
      expect(fault).not.toContain('hunter22');
    }
  });
});
