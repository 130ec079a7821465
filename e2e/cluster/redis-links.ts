import type { ServerCluster, TcpProxy } from '@quire/testing';

/** Does this to the way of every node to Redis. @returns what heals all of them */
export function harmRedisLinks({ nodes }: ServerCluster, harm: (link: TcpProxy) => void): () => void {
  for (const { redisLink } of nodes) harm(redisLink);
  return () => {
    for (const { redisLink } of nodes) redisLink.heal();
  };
}
