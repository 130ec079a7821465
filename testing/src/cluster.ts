import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Doc } from 'yjs';
import { type ConvergedOptions, converged } from './converged.ts';
import { eventually } from './eventually.ts';
import { startForwardProxy } from './forward-proxy.ts';
import { type Balance, type HaproxyProcess, startBalancer } from './haproxy-process.ts';
import { joinWithYWebsocket, type Person } from './people.ts';
import { pickPort } from './pick-port.ts';
import { type RedisProcess, type RedisServerOptions, startRedis } from './redis-process.ts';
import { type Exit, type ServerProcess, startServerProcess } from './server-process.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { until } from './until.ts';

export interface ClusterOptions {
  /** Left out: three. */
  readonly nodes?: number;
  /** `QUIRE_…` variables of every node. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of this node alone, by its number. */
  readonly settingsOf?: (node: number) => Readonly<Record<string, string>>;
  /** Where a node has its data, by its number. Left out: in a directory of its own, removed with the cluster. */
  readonly dataOf?: (node: number) => string;
  /** How the balancer in front of the first three nodes chooses. Left out: there is none. */
  readonly balance?: Balance;
  readonly redis?: RedisServerOptions;
}

/** A node in a process of its own. All its links go through proxies, so that each can fail. */
export interface ClusterNode {
  readonly number: number;
  readonly server: ServerProcess;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly wsUrl: string;
  readonly data: string;
  /** Its way to Redis. */
  readonly redisLink: TcpProxy;
  /** The way of the other nodes to it. */
  readonly peerLink: TcpProxy;
  /** Its way to the other nodes, and to whatever else it asks over HTTP. */
  readonly outLink: TcpProxy;
  readonly isRunning: boolean;
  kill(): Promise<Exit>;
  /** Ends it with SIGTERM. */
  stop(): Promise<Exit>;
  /** Starts it again, at the same address and on the same data. Resolves once it listens, ready or not. */
  start(): Promise<void>;
  /** `stop` and `start`. */
  restart(): Promise<void>;
  /** Stops its process where it is; connections look open. */
  pause(): void;
  resume(): void;
  /** Whether it says that it takes edits. */
  isReady(): Promise<boolean>;
  /** Resolves once it takes edits. */
  ready(timeoutMs?: number): Promise<void>;
  /** Neither Redis nor the other nodes can be reached from here, nor this node by them. */
  isolate(): void;
  heal(): void;
  /** Copies its data, while it is stopped. */
  copyData(to: string): Promise<void>;
  /** Puts a copy in the place of its data, or nothing at all; while it is stopped. */
  replaceData(from: string | null): Promise<void>;
}

export interface ServerCluster {
  readonly nodes: readonly ClusterNode[];
  /** @throws {RangeError} when there is no such node */
  node(number: number): ClusterNode;
  readonly redis: RedisProcess;
  /** @throws {Error} when there is none */
  readonly balancer: HaproxyProcess;
  /** A directory that is removed with the cluster. */
  readonly directory: string;
  /** Another node, which has nothing yet, or this data. Resolves once it listens, ready or not. */
  add(options?: { readonly data?: string; readonly settings?: Readonly<Record<string, string>> }): Promise<ClusterNode>;
  /** Resolves once all nodes that run take edits. */
  ready(timeoutMs?: number): Promise<void>;
  /**
   * Resolves with the state of a document once all nodes that run show the same to somebody who comes there for the first
   * time; rejects with how they differ.
   */
  converged(document: string, options?: ClusterConvergedOptions): Promise<Doc>;
  /** Ends everything, and removes all data. Fails when a node didn't end cleanly by itself. */
  close(): Promise<void>;
}

export interface ClusterConvergedOptions extends ConvergedOptions {
  readonly token?: string;
  /** Besides, what they show has this. */
  readonly until?: (doc: Doc) => boolean;
}

/** Any, as long as all nodes have the same. */
const SECRET = 'what the nodes of a test share among themselves';
const READY_TIMEOUT_MS = 30_000;
const ASK_EVERY_MS = 25;
/** A process that is stopped where it is never answers. */
const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Starts `quire serve` several times, and a Redis between them; resolves once all take edits.
 *
 * @example
 * const cluster = await startCluster();
 * const ada = joinWithHocuspocus(cluster.node(0).wsUrl, 'plan');
 * const ben = joinWithHocuspocus(cluster.node(1).wsUrl, 'plan');
 * await cluster.close();
 */
export async function startCluster(options: ClusterOptions = {}): Promise<ServerCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-cluster-'));
  const redis = await startRedis(options.redis);
  const forwardProxy = await startForwardProxy();
  const size = options.nodes ?? 3;
  const nodes: ClusterNode[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  let balancer: HaproxyProcess | null = null;

  const createNode = async (number: number, data: string, settings: Readonly<Record<string, string>>) => {
    await mkdir(data, { recursive: true });
    const port = await pickPort();
    const redisLink = await startTcpProxy(redis.port);
    const peerLink = await startTcpProxy(port);
    const outLink = await startTcpProxy(forwardProxy.port);
    closing.push(
      () => redisLink.close(),
      () => peerLink.close(),
      () => outLink.close(),
    );
    const server = await startServerProcess({
      data,
      port,
      startsWith: 'answers',
      env: {
        // What it asks of other nodes goes by its own link.
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: `http://127.0.0.1:${outLink.port}`,
        QUIRE_APP: 'false',
        QUIRE_TRUSTED_PROXIES: '127.0.0.1',
        QUIRE_REDIS: throughProxy(redis.url, redisLink),
        QUIRE_CLUSTER_NODES: String(size),
        QUIRE_CLUSTER_SECRET: SECRET,
        QUIRE_CLUSTER_ADDRESS: `http://127.0.0.1:${peerLink.port}`,
        ...options.settings,
        ...settings,
      },
    });
    return createClusterNode({ number, server, redisLink, peerLink, outLink });
  };

  const cluster: ServerCluster = {
    nodes,
    node(number) {
      const node = nodes[number];
      if (node === undefined) throw new RangeError(`there is no node ${number}, but ${nodes.length}`);
      return node;
    },
    redis,
    get balancer() {
      if (balancer === null) throw new Error('the cluster was started without a balancer');
      return balancer;
    },
    directory,
    async add({ data, settings = {} } = {}) {
      const number = nodes.length;
      const node = await createNode(number, data ?? join(directory, `node-${number}`), settings);
      nodes.push(node);
      return node;
    },
    async ready(timeoutMs) {
      await Promise.all(nodes.filter((node) => node.isRunning).map((node) => node.ready(timeoutMs)));
    },
    converged: (document, wanted) => whenConverged(nodes, document, wanted),
    async close() {
      await balancer?.stop();
      for (const node of nodes) if (node.isRunning) node.resume();
      const ends = await Promise.allSettled(nodes.map((node) => node.server.stop()));
      await redis.stop();
      await Promise.all(closing.map((close) => close()));
      await forwardProxy.close();
      await rm(directory, { recursive: true, force: true });
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };

  try {
    // At once: the nodes of a first start wait for each other.
    const started = await Promise.all(
      Array.from({ length: size }, (_, number) =>
        createNode(
          number,
          options.dataOf?.(number) ?? join(directory, `node-${number}`),
          options.settingsOf?.(number) ?? {},
        ),
      ),
    );
    nodes.push(...started);
    await cluster.ready();
    if (options.balance !== undefined) {
      const addresses = nodes.map(({ server }) => `127.0.0.1:${server.port}`);
      balancer = await startBalancer(addresses, options.balance);
    }
  } catch (error) {
    // Servers that are left end with this process.
    await cluster.close().catch(() => {});
    throw error;
  }
  return cluster;
}

/** The same user, password and database, at the end of the proxy where nodes begin. */
function throughProxy(redisUrl: string, proxy: TcpProxy): string {
  const url = new URL(redisUrl);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return url.href.replace(/\/$/, '');
}

interface NodeParts {
  readonly number: number;
  readonly server: ServerProcess;
  readonly redisLink: TcpProxy;
  readonly peerLink: TcpProxy;
  readonly outLink: TcpProxy;
}

function createClusterNode({ number, server, redisLink, peerLink, outLink }: NodeParts): ClusterNode {
  let isRunning = true;
  const { data, url, wsUrl } = server;
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    isRunning = false;
    return server.kill(signal);
  };
  /** What it said when it was last asked. */
  let answered = '';
  const isReady = async (): Promise<boolean> => {
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      answered = await answer.text();
      return answer.ok;
    } catch (error) {
      answered = String(error); // it is down, or stopped where it is
      return false;
    }
  };
  const node: ClusterNode = {
    number,
    server,
    url,
    wsUrl,
    data,
    redisLink,
    peerLink,
    outLink,
    get isRunning() {
      return isRunning;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      await server.restart();
      isRunning = true;
    },
    async restart() {
      await node.stop();
      await node.start();
    },
    pause: () => void process.kill(server.pid, 'SIGSTOP'),
    resume: () => void process.kill(server.pid, 'SIGCONT'),
    isReady,
    ready: (timeoutMs = READY_TIMEOUT_MS) =>
      eventually(async () => (await isReady()) || pause(ASK_EVERY_MS), {
        what: () => `node ${number} is not ready: ${answered}\n${tail(server)}\n`,
        timeoutMs,
      }),
    isolate() {
      for (const link of [redisLink, peerLink, outLink]) link.cut();
    },
    heal() {
      for (const link of [redisLink, peerLink, outLink]) link.heal();
    },
    copyData: (to) => cp(data, to, { recursive: true }),
    async replaceData(from) {
      await rm(data, { recursive: true, force: true });
      if (from === null) await mkdir(data);
      else await cp(from, data, { recursive: true });
    },
  };
  return node;
}

async function whenConverged(
  nodes: readonly ClusterNode[],
  document: string,
  { token, until: isWhole, ...options }: ClusterConvergedOptions = {},
): Promise<Doc> {
  const running = nodes.filter((node) => node.isRunning);
  const readers = running.map((node) => ({
    name: `node ${node.number}`,
    // A reader for each node, that never says anything: what one node has can't come to another by them.
    person: joinWithYWebsocket(node.wsUrl, document, token === undefined ? {} : { token }),
  }));
  try {
    for (const { name, person } of readers) {
      await until(() => person.provider.synced, { ...options, what: `${document} does not load on ${name}` });
    }
    const [first] = readers;
    if (first === undefined) throw new RangeError('no node runs');
    if (isWhole !== undefined) {
      await until(() => readers.every(({ person }) => isWhole(person.doc)), {
        ...options,
        what: () => `${document} is not whole on ${namesOf(readers.filter(({ person }) => !isWhole(person.doc)))}`,
      });
    }
    if (readers.length > 1)
      await converged(Object.fromEntries(readers.map(({ name, person }) => [name, person.doc])), options);
    return first.person.doc;
  } finally {
    for (const { person } of readers) person.leave();
  }
}

function namesOf(readers: readonly { readonly name: string; readonly person: Person<unknown> }[]): string {
  return readers.map(({ name }) => name).join(' and ');
}

async function pause(ms: number): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return false;
}

function tail({ log }: ServerProcess): string {
  return `--- the last that it printed ---\n${log.slice(-4_000)}`;
}
