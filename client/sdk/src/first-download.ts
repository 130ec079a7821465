import type { LoadingProgress } from './api.ts';
import type { Clock } from './clock.ts';
import { createPatience, type Patience } from './patience.ts';
import { requestState, type StatePlace } from './request-state.ts';

export interface FirstDownloadOptions extends StatePlace {
  readonly clock: Clock;
  readonly onProgress: (progress: LoadingProgress) => void;
}

/** Attempts in a row that bring nothing, before the document comes over the socket after all: nobody waits for long. */
const MAX_FAILURES = 3;
const FIRST_PAUSE_MS = 250;
/** Without a byte: some networks forget a connection, and tell neither end of it. */
const STALL_TIMEOUT_MS = 10_000;

/** Which life of its name a document is in (R14). */
const EPOCH_HEADER = 'quire-epoch';

export interface Downloaded {
  /** Everything that the server had when it was asked. */
  readonly update: Uint8Array;
  readonly epoch: string;
}

/** `none`: the server has nothing more to download here, or not for us. */
type Outcome = 'done' | 'cut' | 'none';

/**
 * A large document on its way to a device that has nothing of it. What arrived before a cut is kept, over connections of
 * its room too, and the rest is asked for.
 */
export class FirstDownload {
  readonly #options: FirstDownloadOptions;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #received = 0;
  #total = 0;
  /** Names the bytes of which we have the beginning. */
  #tag: string | null = null;
  #epoch = '';

  constructor(options: FirstDownloadOptions) {
    this.#options = options;
  }

  /**
   * Fetches what is missing of it.
   *
   * @returns null when the socket has to bring it
   * @throws the reason of `signal`
   */
  async finish(token: string, signal: AbortSignal): Promise<Downloaded | null> {
    for (let failures = 0; failures < MAX_FAILURES; ) {
      const before = this.#received;
      const outcome = await this.#fetchRest(token, signal);
      signal.throwIfAborted();
      if (outcome === 'none') return null;
      if (outcome === 'done') return this.#unpack();
      failures = this.#received > before ? 0 : failures + 1;
      if (failures < MAX_FAILURES) await pause(FIRST_PAUSE_MS * 2 ** failures, this.#options.clock, signal);
    }
    return null;
  }

  async #fetchRest(token: string, signal: AbortSignal): Promise<Outcome> {
    const tag = this.#received > 0 ? this.#tag : null;
    const rest = tag === null ? {} : { range: `bytes=${this.#received}-`, 'if-range': tag };
    const patience = createPatience(this.#options.clock, signal);
    patience.expect(STALL_TIMEOUT_MS);
    try {
      const answer = await requestState(this.#options, 'GET', { token, headers: rest, signal: patience.signal });
      if (answer.status >= 500) return 'cut';
      if (answer.body === null || !this.#begin(answer)) return 'none';
      await this.#collect(answer.body, patience);
      return this.#received >= this.#total ? 'done' : 'cut';
    } catch {
      return 'cut';
    } finally {
      patience.end();
    }
  }

  /** @returns whether what follows are bytes of it: from the beginning, or from where we are */
  #begin({ headers, status }: Response): boolean {
    const length = Number(headers.get('content-length') ?? 0);
    const tag = headers.get('etag');
    if (status === 206) return tag === this.#tag;
    if (status !== 200) return false;
    // For the first time, or because it is not what we had begun with any more.
    this.#parts = [];
    this.#received = 0;
    this.#total = length;
    this.#tag = tag;
    this.#epoch = headers.get(EPOCH_HEADER) ?? '';
    return true;
  }

  async #collect(body: ReadableStream<Uint8Array<ArrayBuffer>>, patience: Patience): Promise<void> {
    const reader = body.getReader();
    for (;;) {
      patience.renew();
      const { done, value } = await reader.read();
      if (done) return;
      this.#parts.push(value);
      this.#received += value.length;
      this.#options.onProgress({ received: this.#received, total: Math.max(this.#total, this.#received) });
    }
  }

  async #unpack(): Promise<Downloaded | null> {
    const packed = new Blob(this.#parts);
    this.#parts = [];
    this.#received = 0;
    this.#tag = null;
    try {
      const unpacked = packed.stream().pipeThrough(new DecompressionStream('gzip'));
      return { update: new Uint8Array(await new Response(unpacked).arrayBuffer()), epoch: this.#epoch };
    } catch {
      return null; // changed on its way, by whoever thought it knew better
    }
  }
}

function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, delayMs);
    const end = () => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
