/** How a Redis is named: by itself, by the Sentinels that know it, or as a Redis Cluster. */
const FORMS = [
  'redis://user:password@host:6379/0',
  'rediss://host:6379',
  'redis-sentinel://host1:26379,host2:26379/mymaster',
  'redis-cluster://host1:6379,host2:6379',
] as const;

const URL_SHAPE = /^([a-z-]+):\/\/(?:([^/]*)@)?([^/@?#]*)(?:\/([^?#]*))?$/i;
const HOST_SHAPE = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;
const MAX_PORT = 65_535;

/** What is wrong with the address of a Redis, or null. What was written is not repeated: it may hold a password. */
export function redisUrlFault(url: string): string | null {
  const [, scheme = '', credentials = '', hosts = '', path = ''] = URL_SHAPE.exec(url) ?? [];
  if (scheme === '') return `must have one of the forms ${FORMS.join(', ')}`;
  if (!canDecode(credentials)) return 'must have user and password percent-encoded (a % in them is %25, a / is %2F)';
  const fault = findHostFault(hosts.split(','));
  switch (scheme.toLowerCase()) {
    case 'redis':
    case 'rediss':
      if (hosts.includes(',')) return `must name one host; several are written ${FORMS[2]} or ${FORMS[3]}`;
      if (fault !== null) return fault;
      return path === '' || /^\d+$/.test(path) ? null : 'must end in the number of a database, such as /0, or in none';
    case 'redis-sentinel':
      if (fault !== null) return fault;
      return path === '' ? `must name the master that the Sentinels watch, as in ${FORMS[2]}` : null;
    case 'redis-cluster':
      if (fault !== null) return fault;
      return path === '' ? null : 'must name no database: a Redis Cluster has only one';
    default:
      return `must begin with redis://, rediss://, redis-sentinel:// or redis-cluster://, not ${scheme}://`;
  }
}

function findHostFault(hosts: readonly string[]): string | null {
  for (const host of hosts) {
    const match = HOST_SHAPE.exec(host.trim());
    if (match === null) return 'must name a host, or several separated by commas, each with or without its port';
    if (Number(match[1] ?? 1) > MAX_PORT || Number(match[1] ?? 1) === 0) return `must have ports from 1 to ${MAX_PORT}`;
  }
  return null;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false; // a lone percent sign
  }
}
