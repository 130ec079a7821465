/** Where Redis is, and who we are to it. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** Of a Sentinel address, the Sentinels; of a Redis Cluster, some of its nodes. Never empty. */
  readonly servers: readonly RedisServer[];
  /** How the Sentinels call it; empty for other kinds. */
  readonly masterName: string;
  readonly isTls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  /** What the Sentinels want to hear; most have no users of their own. */
  readonly sentinelUser: string | null;
  readonly sentinelPassword: string | null;
  readonly database: number;
}

export interface RedisServer {
  readonly host: string;
  readonly port: number;
}

/** Says what is wrong with an address and what to write instead; never what the address was, which may hold a password. */
export class RedisAddressError extends Error {
  override readonly name = 'RedisAddressError';
}

const SCHEMES: Readonly<Record<string, { readonly kind: RedisAddress['kind']; readonly isTls: boolean }>> = {
  'redis:': { kind: 'single', isTls: false },
  'rediss:': { kind: 'single', isTls: true },
  'redis-sentinel:': { kind: 'sentinel', isTls: false },
  'rediss-sentinel:': { kind: 'sentinel', isTls: true },
  'redis-cluster:': { kind: 'cluster', isTls: false },
  'rediss-cluster:': { kind: 'cluster', isTls: true },
};

const FORMS =
  'redis://host:6379, rediss://host:6379 (TLS), redis-sentinel://host:26379,host:26379/master-name, ' +
  'or redis-cluster://host:6379,host:6379';

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
const LARGEST_PORT = 65_535;
const LARGEST_DATABASE = 65_535;

/**
 * `scheme://[user:password@]host[:port][,host[:port]…][/path][?options]`; the path is a database, or the name of the master
 * and, behind it, a database. URL would refuse several hosts.
 *
 * @throws {RedisAddressError}
 */
export function parseRedisAddress(text: string): RedisAddress {
  const parts = /^([a-z-]+:)\/\/(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?$/i.exec(text.trim());
  const scheme = Object.entries(SCHEMES).find(([name]) => name === parts?.[1]?.toLowerCase())?.[1];
  if (parts === null || scheme === undefined) throw new RedisAddressError(`is no address of a Redis: write ${FORMS}`);
  const [, , identity, hosts = '', path = '', query = ''] = parts;
  const { kind, isTls } = scheme;
  return {
    kind,
    isTls,
    servers: parseServers(hosts, kind),
    ...parsePath(path, kind),
    ...parseIdentity(identity),
    ...parseOptions(query, kind),
  };
}

/** For people: no secrets in it. */
export function describeRedisAddress({ kind, servers, masterName }: RedisAddress): string {
  const list = servers.map(describeServer).join(', ');
  switch (kind) {
    case 'single':
      return `the Redis at ${list}`;
    case 'sentinel':
      return `the Redis that the Sentinels at ${list} call ${masterName}`;
    case 'cluster':
      return `the Redis Cluster at ${list}`;
  }
}

export function describeServer({ host, port }: RedisServer): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseServers(hosts: string, kind: RedisAddress['kind']): readonly RedisServer[] {
  const servers = hosts.split(',').map((host) => parseServer(host, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  if (kind === 'single' && servers.length > 1) {
    throw new RedisAddressError('names several hosts: write redis-sentinel:// or redis-cluster:// in front of them');
  }
  return servers;
}

function parseServer(text: string, defaultPort: number): RedisServer {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? defaultPort : Number(parts[3]);
  if (host === undefined || port < 1 || port > LARGEST_PORT) {
    throw new RedisAddressError(
      'has a host that can not be read: write host:port, [IPv6]:port, several with commas between; ' +
        'in a password, write %40 for @, %2F for /, %3F for ? and %23 for #',
    );
  }
  return { host, port };
}

function parsePath(path: string, kind: RedisAddress['kind']): Pick<RedisAddress, 'masterName' | 'database'> {
  const segments = path.split('/').filter((segment) => segment !== '');
  switch (kind) {
    case 'single':
      if (segments.length > 1)
        throw new RedisAddressError('has more behind the host than a database: write /0 or nothing');
      return { masterName: '', database: parseDatabase(segments[0]) };
    case 'sentinel': {
      const [masterName, database] = segments;
      if (masterName === undefined || segments.length > 2) {
        throw new RedisAddressError(
          'does not name the master: write its name, as the Sentinels know it, behind the hosts',
        );
      }
      return { masterName: decode(masterName, 'name of the master'), database: parseDatabase(database) };
    }
    case 'cluster':
      if (segments.length > 0)
        throw new RedisAddressError('names a database, and a Redis Cluster has but one: leave it out');
      return { masterName: '', database: 0 };
  }
}

function parseDatabase(text: string | undefined): number {
  if (text === undefined) return 0;
  const database = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(database <= LARGEST_DATABASE))
    throw new RedisAddressError('has a database that is no number: write /0 or nothing');
  return database;
}

function parseIdentity(identity: string | undefined): Pick<RedisAddress, 'user' | 'password'> {
  if (identity === undefined || identity === '') return { user: null, password: null };
  const colon = identity.indexOf(':');
  // Without a colon, it would be a user without a password, whom Redis can not let in by one.
  if (colon === -1) throw new RedisAddressError('names a user without a password: write user:password@ or :password@');
  const user = decode(identity.slice(0, colon), 'user');
  return { user: user === '' ? null : user, password: decode(identity.slice(colon + 1), 'password') };
}

function parseOptions(
  query: string,
  kind: RedisAddress['kind'],
): Pick<RedisAddress, 'sentinelUser' | 'sentinelPassword'> {
  const options = new URLSearchParams(query);
  for (const name of options.keys()) {
    const isKnown = kind === 'sentinel' && (name === 'sentinel-user' || name === 'sentinel-password');
    if (!isKnown) {
      throw new RedisAddressError(
        'has an unknown option: only sentinel-user and sentinel-password of a Sentinel address are',
      );
    }
  }
  return { sentinelUser: options.get('sentinel-user'), sentinelPassword: options.get('sentinel-password') };
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    // The cause names no more than "URI malformed".
    throw new RedisAddressError(`has a ${what} in which a % stands alone: write %25 for it`, { cause });
  }
}
