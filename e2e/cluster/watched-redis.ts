import { type RedisProcess, type RedisSentinels, startRedis, startSentinels, until } from '@quire/testing';

export interface WatchedRedis {
  readonly master: RedisProcess;
  /** It has what the master has, and takes its place. */
  readonly replica: RedisProcess;
  readonly sentinels: RedisSentinels;
}

/**
 * A Redis that Sentinels watch, and another that can take its place.
 *
 * @param atEnd is given what ends each of them, as soon as it runs
 */
export async function startWatchedRedis(atEnd: (end: () => Promise<void>) => void): Promise<WatchedRedis> {
  const master = await startRedis();
  atEnd(() => master.stop());
  const replica = await startRedis({ replicaOf: master });
  atEnd(() => replica.stop());
  await until(() => replica.log.includes('sync: Finished'), { what: 'the replica has not caught up' });
  const sentinels = await startSentinels(master);
  atEnd(() => sentinels.stop());
  return { master, replica, sentinels };
}
