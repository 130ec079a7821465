import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchRedis, startRedis } from '../redis-server.ts';
import type { BenchServer } from '../server-process.ts';
import type { Stage } from './workload.ts';

interface Nodes {
  readonly first: BenchServer;
  readonly second: BenchServer;
  readonly redis: BenchRedis;
}

/** Both are started at once: a first node of two waits for the other. */
export async function withNodes<T>(stage: Stage, awayMs: number, act: (nodes: Nodes) => Promise<T>): Promise<T> {
  const redis = await startRedis({ directory: await mkdtemp(join(stage.directory, 'redis-')), awayMs });
  try {
    const environment = stage.contestant.nodeEnvironment(redis.port);
    if (environment === null) throw new Error(`${stage.contestant.label} can't be one of two nodes`);
    const starting = [stage.start({ environment }), stage.start({ environment })] as const;
    // Where one fails, the other one has ended or is known to the stage before it is told.
    await Promise.allSettled(starting);
    const [first, second] = await Promise.all(starting);
    try {
      return await act({ first, second, redis });
    } finally {
      await Promise.all([first.kill(), second.kill()]);
    }
  } finally {
    await redis.stop();
  }
}
