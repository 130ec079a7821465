import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import { type Asker, PeerError, type PeerLink, type PeerStatus } from './peer-link.ts';

const DEADLINE_MS = 3_000;
const REST_MS = 1_000;

export interface PollerOptions {
  readonly peers: PeerLink;
  /** This node, and where it can be asked. */
  readonly self: () => Asker;
  readonly clock: Clock;
  readonly log: Logger;
  /** @returns whether it is the node that was asked for */
  readonly onStatus: (node: string, status: PeerStatus) => boolean;
  /** It answers what only a later release reads. */
  readonly onLater: (node: string) => void;
}

interface Failure {
  readonly node: string;
  readonly times: number;
  readonly until: number;
}

/**
 * Asks nodes directly how they are: those that the bus says nothing of, and all of them when it is away. One that moved may be
 * looked for in two places at once.
 */
export class Poller {
  readonly #options: PollerOptions;
  /** By node and address. */
  readonly #asking = new Map<string, { readonly node: string; readonly abort: AbortController }>();
  readonly #failed = new Map<string, Failure>();
  #isClosed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** How often it has not answered there since it last did anywhere. */
  failures(whom: Asker): number {
    return this.#failed.get(keyOf(whom))?.times ?? 0;
  }

  /** @param longestRestMs who does not answer is asked ever less often, down to this */
  ask(whom: Asker, longestRestMs: number): void {
    const { clock } = this.#options;
    const failed = this.#failed.get(keyOf(whom));
    const rest = failed === undefined ? 0 : Math.min(failed.until - clock.monotonicMs(), longestRestMs);
    if (this.#isClosed || this.#asking.has(keyOf(whom)) || rest > 0) return;
    void this.#ask(whom, longestRestMs);
  }

  forget(node: string): void {
    for (const asked of this.#asking.values()) if (asked.node === node) asked.abort.abort();
    this.#forgive(node);
  }

  close(): void {
    this.#isClosed = true;
    for (const { abort } of this.#asking.values()) abort.abort();
  }

  async #ask(whom: Asker, longestRestMs: number): Promise<void> {
    const { peers, clock, log, onStatus, self } = this.#options;
    const { node, address } = whom;
    const abort = new AbortController();
    this.#asking.set(keyOf(whom), { node, abort });
    const cancelDeadline = clock.after(DEADLINE_MS, () => abort.abort());
    try {
      const status = await peers.status(address, self(), abort.signal);
      if (this.#isClosed) return;
      if (!onStatus(node, status)) {
        throw new Error(`What answers at ${address} is another node, or says of itself what this node can't read`);
      }
      if (this.#forgive(node)) log.info({ node, address }, 'A node answers again');
    } catch (error) {
      if (this.#isClosed) return;
      if (error instanceof PeerError && error.code === 'later') this.#options.onLater(node);
      const times = this.failures(whom) + 1;
      const restMs = Math.min(longestRestMs, REST_MS * 2 ** Math.min(times - 1, 10));
      this.#failed.set(keyOf(whom), { node, times, until: clock.monotonicMs() + restMs });
      if (times === 1) log.warn({ err: error, node, address }, 'A node does not answer');
    } finally {
      cancelDeadline();
      this.#asking.delete(keyOf(whom));
    }
  }

  /** @returns whether there was anything to forgive */
  #forgive(node: string): boolean {
    const failed = [...this.#failed].filter(([, failure]) => failure.node === node);
    for (const [key] of failed) this.#failed.delete(key);
    return failed.length > 0;
  }
}

function keyOf({ node, address }: Asker): string {
  return `${node} ${address}`;
}
