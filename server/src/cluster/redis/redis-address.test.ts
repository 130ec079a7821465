import { describe, expect, it } from 'vitest';
import { describeRedisAddress, parseRedisAddress, type RedisAddress, RedisAddressError } from './redis-address.ts';

const plain: RedisAddress = {
  kind: 'single',
  servers: [{ host: 'redis', port: 6379 }],
  masterName: '',
  isTls: false,
  user: null,
  password: null,
  sentinelUser: null,
  sentinelPassword: null,
  database: 0,
};
const sentinels = [
  { host: 's1', port: 26379 },
  { host: 's2', port: 5000 },
];

describe('the address of a Redis', () => {
  it.each<[string, Partial<RedisAddress>]>([
    ['redis://redis', {}],
    ['redis://redis/', {}],
    [' REDIS://redis:6379/0 ', {}],
    ['rediss://redis:7000/3', { isTls: true, servers: [{ host: 'redis', port: 7000 }], database: 3 }],
    ['redis://:p%40ss%2Fword@redis', { password: 'p@ss/word' }],
    ['redis://ada:a:b@c@redis', { user: 'ada', password: 'a:b@c' }],
    ['redis://[::1]:7000', { servers: [{ host: '::1', port: 7000 }] }],
    ['redis-sentinel://s1,s2:5000/main', { kind: 'sentinel', servers: sentinels, masterName: 'main' }],
    [
      'rediss-sentinel://ada:x@s1,s2:5000/main/2?sentinel-user=eve&sentinel-password=y%26z',
      {
        kind: 'sentinel',
        isTls: true,
        servers: sentinels,
        masterName: 'main',
        user: 'ada',
        password: 'x',
        sentinelUser: 'eve',
        sentinelPassword: 'y&z',
        database: 2,
      },
    ],
    [
      'redis-cluster://c1:7000,c2',
      {
        kind: 'cluster',
        servers: [
          { host: 'c1', port: 7000 },
          { host: 'c2', port: 6379 },
        ],
      },
    ],
    ['rediss-cluster://c1', { kind: 'cluster', isTls: true, servers: [{ host: 'c1', port: 6379 }] }],
  ])('%s', (text, expected) => {
    expect(parseRedisAddress(text)).toEqual({ ...plain, ...expected });
  });

  it.each([
    ['http://redis', 'write redis://host:6379'],
    ['redis', 'write redis://host:6379'],
    ['', 'write redis://host:6379'],
    ['redis://', 'write host:port'],
    ['redis://a,,b', 'write host:port'],
    ['redis://host:0', 'write host:port'],
    ['redis://host:70000', 'write host:port'],
    ['redis://host:port', 'write host:port'],
    ['redis://:hush/hush@host', 'write %40 for @, %2F for /'],
    ['redis://a,b', 'redis-sentinel:// or redis-cluster://'],
    ['redis://host/hush', 'write /0 or nothing'],
    ['redis://host/1/2', 'write /0 or nothing'],
    ['redis://hush@host', 'write user:password@'],
    ['redis://:hush%@host', 'write %25'],
    ['redis://host?password=hush', 'unknown option'],
    ['redis-sentinel://s1', 'does not name the master'],
    ['redis-sentinel://s1/main/1/2', 'does not name the master'],
    ['redis-cluster://c1/1', 'leave it out'],
  ])('%s is refused with its fault and its cure, and without its secrets', (text, words) => {
    let refusal: unknown = null;
    try {
      parseRedisAddress(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(RedisAddressError);
    expect(String(refusal)).toContain(words);
    expect(String(refusal)).not.toContain('hush');
  });

  it('is described for people without its secrets', () => {
    const words = [
      'redis://ada:hush@[::1]:1',
      'redis-sentinel://:hush@s1,s2:5000/main?sentinel-password=hush',
      'redis-cluster://:hush@c1',
    ].map((text) => describeRedisAddress(parseRedisAddress(text)));
    expect(words).toEqual([
      'the Redis at [::1]:1',
      'the Redis that the Sentinels at s1:26379, s2:5000 call main',
      'the Redis Cluster at c1:6379',
    ]);
  });
});
