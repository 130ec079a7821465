/**
 * Everything lies behind one hash tag: in a Redis Cluster one server has all of it, and one command reads all streams.
 */
export interface RedisKeys {
  /** Names the slot. */
  readonly tag: string;
  readonly announcements: string;
  stream(node: string): string;
  channel(name: string): string;
}

export function createRedisKeys(prefix: string): RedisKeys {
  const tag = `${prefix}{q}`;
  return {
    tag,
    announcements: `${tag}:a`,
    stream: (node) => `${tag}:s:${node}`,
    channel: (name) => `${tag}:c:${name}`,
  };
}

/** A record is one field of one letter: every byte of it is paid for in each entry. */
export const RECORD_FIELD = 'r';
/** Stands in an entry that only asks whether Redis takes writes. */
export const PROBE_FIELD = 'p';
