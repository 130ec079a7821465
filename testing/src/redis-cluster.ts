import { eventually } from './eventually.ts';
import { addressesOf, type RedisProcess, type RedisServerOptions, schemeOf, startRedis } from './redis-process.ts';

export interface RedisCluster {
  /** `redis-cluster://127.0.0.1:port,…`, `rediss-cluster://` with TLS; nobody's password is in it. */
  readonly url: string;
  readonly servers: readonly RedisProcess[];
  /** The server that has the slot of a key. */
  ownerOf(key: string): Promise<RedisProcess>;
  stop(): Promise<void>;
}

const COUNT = 3;
const SLOTS = 16_384;
const FORM_TIMEOUT_MS = 20_000;

/** Three servers that share the slots among them; none has a replica. */
export async function startRedisCluster(
  options: Pick<RedisServerOptions, 'password' | 'users' | 'tls'> = {},
): Promise<RedisCluster> {
  const servers = await Promise.all(
    Array.from({ length: COUNT }, () => startRedis({ ...options, isClusterNode: true })),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    await form(servers);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `${schemeOf(options)}-cluster://${addressesOf(servers)}`,
    servers,
    async ownerOf(key) {
      const slot = Number(await servers[0]?.command('CLUSTER', 'KEYSLOT', key));
      const owner = servers.find((_, index) => firstSlot(index) <= slot && slot < firstSlot(index + 1));
      if (owner === undefined) throw new Error(`nobody has slot ${slot}`);
      return owner;
    },
    stop,
  };
}

function firstSlot(index: number): number {
  return Math.floor((SLOTS * index) / COUNT);
}

async function form(servers: readonly RedisProcess[]): Promise<void> {
  const [first] = servers;
  if (first === undefined) throw new RangeError('a cluster of none');
  for (const [index, server] of servers.entries()) {
    await server.command('CLUSTER', 'ADDSLOTSRANGE', firstSlot(index), firstSlot(index + 1) - 1);
    await server.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    const busPort = String(await server.command('CONFIG', 'GET', 'cluster-port')).split(',')[1] ?? '';
    if (server !== first) await first.command('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
  }
  await eventually(
    async () => {
      const views = await Promise.all(servers.map(async (server) => String(await server.command('CLUSTER', 'INFO'))));
      return views.every((view) => view.includes('cluster_state:ok') && view.includes(`cluster_known_nodes:${COUNT}`));
    },
    { what: 'the Redis Cluster did not form', timeoutMs: FORM_TIMEOUT_MS },
  );
}
