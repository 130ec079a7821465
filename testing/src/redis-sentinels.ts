import { eventually } from './eventually.ts';
import { pickPort } from './pick-port.ts';
import {
  addressesOf,
  launchRedis,
  type RedisProcess,
  type RedisServerOptions,
  schemeOf,
  settingsOfAccess,
} from './redis-process.ts';

export interface SentinelOptions extends Pick<RedisServerOptions, 'password' | 'users' | 'tls'> {
  /** What the master wants to hear from them. */
  readonly masterPassword?: string;
}

export interface RedisSentinels {
  /** `redis-sentinel://127.0.0.1:port,…/name`, `rediss-sentinel://` with TLS; nobody's password is in it. */
  readonly url: string;
  readonly sentinels: readonly RedisProcess[];
  /** The port of the Redis that they call the master now. */
  masterPort(): Promise<number>;
  stop(): Promise<void>;
}

const COUNT = 3;
const MASTER_NAME = 'quire';
const DOWN_AFTER_MS = 500;
const FAILOVER_TIMEOUT_MS = 3_000;

/**
 * Three Sentinels, two of whom decide, and who are quick about it; resolves once they know each other.
 *
 * @param options with TLS, they expect it of the master, too
 */
export async function startSentinels(
  master: Pick<RedisProcess, 'port'>,
  options: SentinelOptions = {},
): Promise<RedisSentinels> {
  const sentinels = await Promise.all(Array.from({ length: COUNT }, () => startSentinel(master.port, options)));
  const stop = async (): Promise<void> => {
    await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
  };
  try {
    await meet(sentinels);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `${schemeOf(options)}-sentinel://${addressesOf(sentinels)}/${MASTER_NAME}`,
    sentinels,
    async masterPort() {
      const answer = await sentinels[0]?.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME);
      return Array.isArray(answer) ? Number(answer[1]) : Number.NaN;
    },
    stop,
  };
}

/** Over a channel of the master, on which each says every two seconds that it is there. */
async function meet(sentinels: readonly RedisProcess[]): Promise<void> {
  const knowsOthers = async (sentinel: RedisProcess): Promise<boolean> => {
    const others = await sentinel.command('SENTINEL', 'SENTINELS', MASTER_NAME);
    return Array.isArray(others) && others.length === COUNT - 1;
  };
  await eventually(async () => (await Promise.all(sentinels.map(knowsOthers))).every((knows) => knows), {
    what: 'the Sentinels do not know each other',
  });
}

async function startSentinel(masterPort: number, options: SentinelOptions): Promise<RedisProcess> {
  const port = await pickPort();
  const settings: (readonly [name: string, value: string])[] = [
    ['bind', '127.0.0.1'],
    ...settingsOfAccess(port, options),
    ['sentinel', `monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`],
    ['sentinel', `down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`],
    ['sentinel', `failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`],
  ];
  if (options.masterPassword !== undefined) {
    settings.push(['sentinel', `auth-pass ${MASTER_NAME} ${options.masterPassword}`]);
  }
  return launchRedis(port, settings, options, ['--sentinel']);
}
