import type { Entry } from '@quire/persistence';
import type { Clock } from '../../clock.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { decodeEntries, encodeEntries } from '../../cluster/entry-record.ts';
import { PeerError, type PeerLink, type PeerStatus, type Want } from '../../cluster/peer-link.ts';

type Asked = Pick<Cluster, 'status' | 'entries'>;

/** The lines between nodes, which break one by one. */
export class PeerNetwork {
  readonly #listening = new Map<string, { readonly name: string; readonly cluster: Asked }>();
  readonly #cut = new Set<string>();
  readonly #clock: Clock;
  #answerMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on it takes so long until entries are there: who lacks some goes on lacking them for a while. */
  slowDown(answerMs: number): void {
    this.#answerMs = answerMs;
  }

  /** @param address where this machine is reached now; lines are those between machines, wherever they are reached */
  listen(name: string, cluster: Asked, address = name): void {
    this.#listening.set(address, { name, cluster });
  }

  leave(address: string): void {
    this.#listening.delete(address);
  }

  /** Neither reaches the other. */
  cut(one: string, other: string): void {
    this.cutOneWay(one, other);
    this.cutOneWay(other, one);
  }

  /** The first can't ask the second, and is answered nothing any more; the other way they are connected. */
  cutOneWay(from: string, to: string): void {
    this.#cut.add(lineOf(from, to));
  }

  heal(): void {
    this.#cut.clear();
  }

  get isWhole(): boolean {
    return this.#cut.size === 0;
  }

  from(own: string): PeerLink {
    return {
      status: async (address, asker): Promise<PeerStatus> => this.#connect(own, address).status(asker),
      entries: async (address, wants: readonly Want[], maxBytes): Promise<readonly Entry[]> => {
        const served = await this.#connect(own, address).entries(wants, maxBytes);
        if (this.#answerMs > 0) await new Promise<void>((resolve) => this.#clock.after(this.#answerMs, resolve));
        // The answer gets lost on the way back when the line was cut meanwhile.
        this.#connect(own, address);
        return decodeEntries(encodeEntries(served));
      },
    };
  }

  #connect(own: string, address: string): Asked {
    const listening = this.#listening.get(address);
    if (listening === undefined || this.#cut.has(lineOf(own, listening.name)))
      throw new PeerError('unreachable', `no line to ${address}`);
    return listening.cluster;
  }
}

function lineOf(from: string, to: string): string {
  return `${from} ${to}`;
}
