import type { RedisLine } from './redis-line.ts';
import { asList, asNumber } from './redis-replies.ts';

export interface StreamLimits {
  /** Who was away for longer fetches from peers what it missed. */
  readonly ageMs: number;
  readonly bytes: number;
}

/** A node that never comes back leaves its stream to Redis for so long. */
const EXPIRY_S = 24 * 60 * 60;
/** The next trimming is some seconds off: a stream that is cut to its limit would be above it until then. */
const SIZE_MARGIN = 0.1;

/**
 * Lets go of the old records of a stream. By the clock of Redis, by which its entries are numbered. In three round trips: the
 * stream grows meanwhile. Redis cuts by number, so all records count as equally large: small old ones before large new ones
 * leave a stream above its limit for some trimmings, and the other way round below it.
 *
 * @param roomBytes so much will be added before the next trimming
 * @throws {BusError}
 */
export async function trimStream(line: RedisLine, key: string, limits: StreamLimits, roomBytes = 0): Promise<void> {
  const [seconds] = asList(await line.call('TIME'));
  const oldest = Math.max(0, Math.floor(asNumber(seconds) * 1000 - limits.ageMs));
  const [, , usage, entries] = await Promise.all([
    line.call('XTRIM', key, 'MINID', String(oldest)),
    line.call('EXPIRE', key, EXPIRY_S),
    line.call('MEMORY', 'USAGE', key),
    line.call('XLEN', key),
  ]);
  const bytes = usage === null ? 0 : asNumber(usage);
  if (bytes + roomBytes <= limits.bytes) return;
  const wanted = limits.bytes - Math.max(roomBytes, limits.bytes * SIZE_MARGIN);
  const length = asNumber(entries);
  await line.call('XTRIM', key, 'MAXLEN', Math.max(1, Math.floor((length * wanted) / bytes)));
}
