const FORMS =
  'redis://user:password@host:6379/0, rediss://host:6379 (TLS), redis-sentinel://host1:26379,host2:26379/master-name, or redis-cluster://host1:6379,host2:6379';

const URL_SHAPE = /^(rediss?(?:-sentinel|-cluster)?):\/\/(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?$/i;
const HOST_SHAPE = /^(?:[^:[\]\s]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;
const MAX_PORT = 65_535;

/** What is wrong with the address of a Redis, or null. What was written is not repeated: it may hold a password. */
export function redisUrlFault(url: string): string | null {
  const [, scheme, credentials = '', hosts = '', path = '', query = ''] = URL_SHAPE.exec(url.trim()) ?? [];
  if (scheme === undefined) return `must have one of the forms ${FORMS}`;
  if (!canDecode(credentials)) return 'must have user and password percent-encoded: a % in them is %25';
  if (!hosts.split(',').every(isHost)) {
    return 'must name a host, or several separated by commas, each with or without its port; in a password, / is %2F and @ is %40';
  }
  const kind = /-(sentinel|cluster)$/i.exec(scheme)?.[1]?.toLowerCase();
  if (query !== '' && kind !== 'sentinel') return 'must have no options behind a question mark';
  switch (kind) {
    case 'sentinel':
      return /^\/[^/]+(\/\d*)?$/.test(path) ? null : 'must name the master that the Sentinels watch, behind the hosts';
    case 'cluster':
      return /^\/?$/.test(path) ? null : 'must name no database: a Redis Cluster has only one';
    default:
      if (hosts.includes(',')) return 'must name one host; several begin with redis-sentinel:// or redis-cluster://';
      return /^(\/\d{0,5})?$/.test(path) ? null : 'must end in the number of a database, such as /0, or in none';
  }
}

function isHost(text: string): boolean {
  const match = HOST_SHAPE.exec(text);
  const port = Number(match?.[1] ?? 1);
  return match !== null && port > 0 && port <= MAX_PORT;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false; // a lone percent sign
  }
}
