/** `milliseconds-number`, as Redis writes it: both 64 bits wide. */
export type StreamId = string;

/** Before every entry. */
export const STREAM_START: StreamId = '0-0';

/** Negative when `one` is before `other`, 0 when they are the same. */
export function compareStreamIds(one: StreamId, other: StreamId): number {
  const [oneTime, oneNumber] = parse(one);
  const [otherTime, otherNumber] = parse(other);
  if (oneTime !== otherTime) return oneTime < otherTime ? -1 : 1;
  if (oneNumber !== otherNumber) return oneNumber < otherNumber ? -1 : 1;
  return 0;
}

function parse(id: StreamId): readonly [bigint, bigint] {
  const parts = /^(\d+)-(\d+)$/.exec(id);
  if (parts === null) throw new RangeError(`${id} is no id of a stream`);
  return [BigInt(parts[1] ?? 0), BigInt(parts[2] ?? 0)];
}
