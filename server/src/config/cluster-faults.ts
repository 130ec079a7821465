import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config.ts';

export interface ClusterFault {
  readonly path: string;
  readonly fault: string;
  readonly cure: string;
}

/** Settings of a cluster that nobody would look at, and a cluster whose nodes anybody could ask. */
export function findClusterFaults(
  { redis, cluster }: Pick<Config, 'redis' | 'cluster'>,
  defaults: Config['cluster'],
): readonly ClusterFault[] {
  if (redis === undefined) return findIdleSettings(cluster, defaults);
  return [
    ...(cluster.secret.length > 0
      ? []
      : [
          {
            path: 'cluster.secret',
            fault: 'is empty, so the nodes could not tell each other from strangers',
            cure: 'set QUIRE_CLUSTER_SECRET to what `openssl rand -base64 32` prints once, the same on every node',
          },
        ]),
    ...(cluster.redisCaFile === undefined || !/^redis:/i.test(redis)
      ? []
      : [
          {
            path: 'cluster.redisCaFile',
            fault: 'is set, but Redis is asked without TLS',
            cure: 'begin QUIRE_REDIS with rediss://, or leave out cluster.redisCaFile',
          },
        ]),
  ];
}

/** Without Redis a server is a node by itself: whoever says more of a cluster than the defaults do expects another. */
function findIdleSettings(cluster: Config['cluster'], defaults: Config['cluster']): ClusterFault[] {
  const given = Object.entries(cluster).filter(
    ([key, value]) => value !== undefined && !isDeepStrictEqual(value, defaults[key as keyof typeof defaults]),
  );
  return given.map(([key]) => ({
    path: `cluster.${key}`,
    fault: 'is set, but there is no Redis: this server would be a node by itself',
    cure: `set QUIRE_REDIS to the Redis of the cluster, or leave out cluster.${key}`,
  }));
}
