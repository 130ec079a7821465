import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { PeerLink, PeerStatus } from './peer-link.ts';

const DEADLINE_MS = 3_000;
const REST_MS = 1_000;

export interface Address {
  readonly node: string;
  readonly address: string;
}

export interface PollerOptions {
  readonly peers: PeerLink;
  readonly clock: Clock;
  readonly log: Logger;
  /** @returns whether it is the node that was asked for */
  readonly onStatus: (node: string, status: PeerStatus) => boolean;
}

/** Asks nodes directly how they are: those that the bus says nothing of, and all of them when it is away. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #asking = new Map<string, AbortController>();
  readonly #failed = new Map<string, { readonly times: number; readonly until: number }>();
  #isClosed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** How often it has not answered since it last did. */
  failures(node: string): number {
    return this.#failed.get(node)?.times ?? 0;
  }

  /** @param longestRestMs who does not answer is asked ever less often, down to this */
  ask({ node, address }: Address, longestRestMs: number): void {
    const { clock } = this.#options;
    const failed = this.#failed.get(node);
    const rest = failed === undefined ? 0 : Math.min(failed.until - clock.monotonicMs(), longestRestMs);
    if (this.#isClosed || this.#asking.has(node) || rest > 0) return;
    void this.#ask(node, address, longestRestMs);
  }

  forget(node: string): void {
    this.#asking.get(node)?.abort();
    this.#failed.delete(node);
  }

  close(): void {
    this.#isClosed = true;
    for (const abort of this.#asking.values()) abort.abort();
  }

  async #ask(node: string, address: string, longestRestMs: number): Promise<void> {
    const { peers, clock, log, onStatus } = this.#options;
    const abort = new AbortController();
    this.#asking.set(node, abort);
    const cancelDeadline = clock.after(DEADLINE_MS, () => abort.abort());
    try {
      const status = await peers.status(address, abort.signal);
      if (this.#isClosed) return;
      if (!onStatus(node, status)) throw new Error(`Another node answers at ${address}`);
      if (this.#failed.delete(node)) log.info({ node, address }, 'A node answers again');
    } catch (error) {
      if (this.#isClosed) return;
      const times = this.failures(node) + 1;
      const restMs = Math.min(longestRestMs, REST_MS * 2 ** Math.min(times - 1, 10));
      this.#failed.set(node, { times, until: clock.monotonicMs() + restMs });
      if (times === 1) log.warn({ err: error, node, address }, 'A node does not answer');
    } finally {
      cancelDeadline();
      this.#asking.delete(node);
    }
  }
}
