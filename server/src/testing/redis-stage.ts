import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type RedisProcess,
  type RedisServerOptions,
  startRedis,
  startTcpProxy,
  type TcpProxy,
  until,
} from '@quire/testing';
import { systemClock } from '../clock.ts';
import type { BusStatus, ClusterBus } from '../cluster/cluster-bus.ts';
import { parseRedisAddress } from '../cluster/redis/redis-address.ts';
import { createRedisBus, type RedisBusOptions } from '../cluster/redis/redis-bus.ts';
import { toBytes, toText } from './text-bytes.ts';

/** Real servers, and nodes at them; all of it ends with the stage, the last first. */
export interface RedisStage {
  startServer(options?: RedisServerOptions): Promise<RedisProcess>;
  startProxy(port: number): Promise<TcpProxy>;
  startDirectory(): Promise<string>;
  /** A bus that has been told to connect. */
  openNode(node: string, url: string, options?: Partial<RedisBusOptions>): BusNode;
  /** Two that are connected, the second of whom follows the first. */
  startPair(url: string, options?: Partial<RedisBusOptions>): Promise<readonly [BusNode, BusNode]>;
  onEnd(end: () => Promise<unknown>): void;
  end(): Promise<void>;
}

export interface BusNode {
  readonly bus: ClusterBus;
  /** Every record that it read. */
  readonly read: string[];
  /** Every status since it was opened: the state, or why it is away. */
  readonly states: string[];
  readonly warnings: string[];
}

export function setRedisStage(): RedisStage {
  const endings: (() => Promise<unknown>)[] = [];
  const stage: RedisStage = {
    async startServer(options = {}) {
      const redis = await startRedis(options);
      endings.push(() => redis.stop());
      return redis;
    },
    async startProxy(port) {
      const proxy = await startTcpProxy(port);
      endings.push(() => proxy.close());
      return proxy;
    },
    async startDirectory() {
      const directory = await mkdtemp(join(tmpdir(), 'quire-redis-'));
      endings.push(() => rm(directory, { recursive: true, force: true }));
      return directory;
    },
    openNode(node, url, options = {}) {
      const warnings: string[] = [];
      const log = { info: () => {}, warn: (_: object, message: string) => warnings.push(message) };
      const address = parseRedisAddress(url);
      const bus = createRedisBus({ address, node, prefix: 'quire:', clock: systemClock, log, ...options });
      endings.push(() => bus.close());
      return { bus, warnings, ...watchBus(bus) };
    },
    async startPair(url, options = {}) {
      const [ada, ben] = [stage.openNode('ada', url, options), stage.openNode('ben', url, options)];
      await Promise.all([reaches(ada, 'connected'), reaches(ben, 'connected')]);
      await ben.bus.follow(['ada']);
      return [ada, ben];
    },
    onEnd: (end) => void endings.push(end),
    async end() {
      for (const end of endings.splice(0).reverse()) await end();
    },
  };
  return stage;
}

function watchBus(bus: ClusterBus): Pick<BusNode, 'read' | 'states'> {
  const states: string[] = [];
  bus.onStatus((status: BusStatus) => states.push(status.state === 'away' ? status.error.code : status.state));
  const read: string[] = [];
  bus.onRecords(async (_, records) => {
    read.push(...records.map(toText));
  });
  bus.open();
  return { read, states };
}

export function reaches(node: BusNode, state: string): Promise<unknown> {
  return until(() => node.states.at(-1) === state, {
    what: () => `it is not ${state}, but was ${node.states.join(', ')}: ${node.warnings.join('; ')}`,
  });
}

export function arrives(node: BusNode, ...records: string[]): Promise<unknown> {
  return until(() => records.every((record) => node.read.includes(record)), {
    what: () => `only ${node.read} arrived`,
  });
}

/** The bus takes a record from one, and the other reads it. */
export async function works(from: BusNode, to: BusNode, record: string): Promise<void> {
  await from.bus.publish(toBytes(record));
  await arrives(to, record);
}
