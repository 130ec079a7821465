import type { BusError } from '../cluster-bus.ts';
import type { RedisAddress, RedisServer } from './redis-address.ts';
import { describeRedisAddress, describeServer } from './redis-address.ts';
import { explainFailure, unreachable, unsuitable } from './redis-failure.ts';
import type { RedisLine } from './redis-line.ts';
import { asList, asNumber, asText } from './redis-replies.ts';

/** Says which server to talk to now. */
export interface ServerFinder {
  /** @throws {BusError} */
  find(): Promise<RedisServer>;
}

/** Opens a line to one that is asked about others: a Sentinel, or a node of a Redis Cluster. */
export type OpenGuide = (server: RedisServer) => Promise<RedisLine>;

/** As many nodes of a Redis Cluster are remembered besides those of the address. */
const MAX_REMEMBERED = 64;

/**
 * All our keys lie in one slot, so that of Sentinels and of a Redis Cluster nothing is needed but the one server that has it
 * now. Whoever's line to it breaks asks again.
 *
 * @param key any key of ours
 */
export function createServerFinder(address: RedisAddress, key: string, openGuide: OpenGuide): ServerFinder {
  switch (address.kind) {
    case 'single': {
      const [server] = address.servers;
      if (server === undefined) throw new RangeError('an address without a server');
      return { find: () => Promise.resolve(server) };
    }
    case 'sentinel':
      return new GuidedFinder(address, openGuide, (line) => askSentinel(line, address.masterName));
    case 'cluster':
      return new GuidedFinder(address, openGuide, (line, asked) => askClusterNode(line, asked, key));
  }
}

interface Directions {
  readonly server: RedisServer;
  /** Others who may be asked next time. */
  readonly guides: readonly RedisServer[];
}

class GuidedFinder implements ServerFinder {
  readonly #address: RedisAddress;
  readonly #openGuide: OpenGuide;
  readonly #ask: (line: RedisLine, asked: RedisServer) => Promise<Directions>;
  #guides: readonly RedisServer[];

  constructor(
    address: RedisAddress,
    openGuide: OpenGuide,
    ask: (line: RedisLine, asked: RedisServer) => Promise<Directions>,
  ) {
    this.#address = address;
    this.#openGuide = openGuide;
    this.#ask = ask;
    this.#guides = address.servers;
  }

  async find(): Promise<RedisServer> {
    let failure: BusError = unreachable(describeRedisAddress(this.#address), 'nobody was asked');
    for (const guide of this.#guides) {
      try {
        const { server, guides } = await this.#askOne(guide);
        this.#remember([guide, ...guides]);
        return server;
      } catch (error) {
        failure = explainFailure(error, describeRedisAddress(this.#address));
      }
    }
    throw failure;
  }

  async #askOne(guide: RedisServer): Promise<Directions> {
    const line = await this.#openGuide(guide);
    try {
      return await this.#ask(line, guide);
    } finally {
      line.close();
    }
  }

  /** Who answered is asked first next time; those of the address are never forgotten. */
  #remember(guides: readonly RedisServer[]): void {
    const [first] = guides;
    const byName = new Map(
      [...(first === undefined ? [] : [first]), ...this.#address.servers, ...guides].map(
        (guide) => [describeServer(guide), guide] as const,
      ),
    );
    this.#guides = [...byName.values()].slice(0, this.#address.servers.length + MAX_REMEMBERED);
  }
}

async function askSentinel(line: RedisLine, masterName: string): Promise<Directions> {
  const answer = await line.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName);
  if (answer === null) throw unsuitable(line.server, `as a Sentinel it knows no master of the name ${masterName}`);
  const [host, port] = asList(answer);
  return { server: { host: asText(host), port: asNumber(port) }, guides: [] };
}

async function askClusterNode(line: RedisLine, asked: RedisServer, key: string): Promise<Directions> {
  const slot = asNumber(await line.call('CLUSTER', 'KEYSLOT', key));
  const ranges = asList(await line.call('CLUSTER', 'SLOTS')).map((range) => readRange(range, asked));
  const owner = ranges.find(({ first, last }) => first <= slot && slot <= last)?.master;
  if (owner === undefined) throw unreachable(line.server, `nobody in the Redis Cluster has slot ${slot}`);
  return { server: owner, guides: ranges.map(({ master }) => master) };
}

interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly master: RedisServer;
}

function readRange(range: unknown, asked: RedisServer): SlotRange {
  const [first, last, master] = asList(range);
  const [host, port] = asList(master);
  // A node that does not know its own address leaves it empty: it is the one that was asked.
  const name = host === null ? '' : asText(host);
  return {
    first: asNumber(first),
    last: asNumber(last),
    master: { host: name === '' || name === '?' ? asked.host : name, port: asNumber(port) },
  };
}
