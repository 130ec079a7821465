import type { ClusterNode, ServerCluster } from '@quire/testing';
import type { SmallDisk } from '../../small-disk.ts';
import type { Fault } from './plan.ts';

export interface Victims {
  readonly cluster: ServerCluster;
  /** By node; none where disks can't be filled. */
  readonly disks: readonly SmallDisk[];
}

/** Starts of nodes, which take longer than was planned where the machine is slow: nobody is stopped before they are up. */
const underWay = new WeakMap<ClusterNode, Promise<unknown>>();

function begin(node: ClusterNode, start: () => Promise<void>): Promise<void> {
  const starting = start();
  // Whoever has it started hears of a failure; who waits for it only waits.
  underWay.set(
    node,
    starting.catch(() => {}),
  );
  return starting;
}

/** Has it happen. @returns how it ends */
export async function inflict(fault: Fault, { cluster, disks }: Victims): Promise<() => unknown> {
  switch (fault.kind) {
    case 'kill': {
      const node = cluster.node(fault.node);
      await underWay.get(node);
      await node.kill();
      return () => begin(node, () => node.start());
    }
    case 'restart': {
      const node = cluster.node(fault.node);
      await underWay.get(node);
      await begin(node, () => node.restart());
      return nothing;
    }
    case 'pause': {
      const node = cluster.node(fault.node);
      await underWay.get(node);
      node.pause();
      return () => node.resume();
    }
    case 'fill-disk': {
      const disk = disks[fault.node];
      if (disk === undefined) throw new RangeError(`node ${fault.node} has no disk of its own`);
      disk.fill();
      return () => disk.free();
    }
    case 'cut-redis-link':
    case 'freeze-redis-link': {
      const { redisLink } = cluster.node(fault.node);
      if (fault.kind === 'cut-redis-link') redisLink.cut();
      else redisLink.freeze();
      return () => redisLink.heal();
    }
    case 'delay-redis-link': {
      const { redisLink } = cluster.node(fault.node);
      redisLink.delay(fault.delayMs);
      return () => redisLink.heal();
    }
    case 'cut-peer-link':
    case 'freeze-peer-link': {
      const { peerLink } = cluster.node(fault.node);
      if (fault.kind === 'cut-peer-link') peerLink.cut();
      else peerLink.freeze();
      return () => peerLink.heal();
    }
    case 'delay-peer-link': {
      const { peerLink } = cluster.node(fault.node);
      peerLink.delay(fault.delayMs);
      return () => peerLink.heal();
    }
    case 'cut-out-link': {
      const { outLink } = cluster.node(fault.node);
      outLink.cut();
      return () => outLink.heal();
    }
    case 'isolate': {
      const node = cluster.node(fault.node);
      node.isolate();
      return () => node.heal();
    }
    case 'kill-redis':
      await cluster.redis.kill();
      return () => cluster.redis.restart();
    case 'pause-redis':
      cluster.redis.pause();
      return () => cluster.redis.resume();
    case 'flush-redis':
      await cluster.redis.flush();
      return nothing;
    default:
      return fault satisfies never;
  }
}

function nothing(): void {}
