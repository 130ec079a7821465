import type { BusError } from '../cluster-bus.ts';
import type { RedisLine } from './redis-line.ts';

export type HearMessage = (message: Uint8Array) => void;

/** The part of a line over which channels are heard. */
export type HearingLine = Pick<RedisLine, 'subscribe' | 'unsubscribe' | 'onMessage'>;

/** So many are subscribed to at once: each has a deadline, and a hundred thousand would all miss it together. */
export const CHANNELS_AT_ONCE = 1_000;

interface Listening {
  readonly hear: HearMessage;
  /** Resolved once Redis tells us what is told on it, or nobody waits for that any more. */
  readonly heard: PromiseWithResolvers<void>;
}

interface Channel {
  readonly listeners: Set<Listening>;
  isSubscribed: boolean;
}

/** Who listens on which channel here, whatever becomes of the lines over which they are heard. */
export class ChannelListeners {
  readonly #isSharded: boolean;
  readonly #onFailure: (line: HearingLine, error: BusError) => void;
  readonly #channels = new Map<string, Channel>();
  #line: HearingLine | null = null;
  #isConfirmed = false;
  #isClosed = false;

  /** @param onFailure this line could not subscribe */
  constructor(isSharded: boolean, onFailure: (line: HearingLine, error: BusError) => void) {
    this.#isSharded = isSharded;
    this.#onFailure = onFailure;
  }

  /**
   * Once `signal` is aborted nothing of the listener is kept (G4): while Redis is away, nobody else would ever let go of who
   * came and went.
   */
  async listen(name: string, hear: HearMessage, signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted || this.#isClosed) return () => {};
    const channel = this.#channels.get(name) ?? this.#add(name);
    const listening: Listening = { hear, heard: Promise.withResolvers() };
    channel.listeners.add(listening);
    const stop = (): void => this.#stop(name, channel, listening);
    signal?.addEventListener('abort', stop, { once: true });
    if (this.#isHeard(channel)) listening.heard.resolve();
    await listening.heard.promise;
    return stop;
  }

  /** Resolves once everything is heard over this line; who listens learns of it by `confirm`. @throws {BusError} */
  async attach(line: HearingLine): Promise<void> {
    this.#line = line;
    line.onMessage((name, message) => {
      for (const { hear } of [...(this.#channels.get(name)?.listeners ?? [])]) hear(message);
    });
    // Whoever begins to listen from now on is subscribed for at once.
    const names = [...this.#channels];
    for (let at = 0; at < names.length; at += CHANNELS_AT_ONCE) {
      // Nobody may listen there any more, since the pages before took their time.
      const page = names.slice(at, at + CHANNELS_AT_ONCE).filter(([name, one]) => this.#channels.get(name) === one);
      await Promise.all(page.map(([name, channel]) => this.#subscribe(line, name, channel)));
    }
  }

  /** Whoever has begun to listen can tell now, too: a greeting that follows at once is not dropped. */
  confirm(): void {
    this.#isConfirmed = true;
    for (const channel of this.#channels.values()) if (this.#isHeard(channel)) resolveAll(channel);
  }

  detach(): void {
    this.#line = null;
    this.#isConfirmed = false;
    for (const channel of this.#channels.values()) channel.isSubscribed = false;
  }

  /** Nothing will be heard any more: nobody waits for it. */
  close(): void {
    this.#isClosed = true;
    this.detach();
    for (const channel of this.#channels.values()) resolveAll(channel);
    this.#channels.clear();
  }

  #isHeard(channel: Channel): boolean {
    return channel.isSubscribed && this.#isConfirmed;
  }

  #add(name: string): Channel {
    const channel: Channel = { listeners: new Set(), isSubscribed: false };
    this.#channels.set(name, channel);
    const line = this.#line;
    if (line !== null) this.#subscribe(line, name, channel).catch((error) => this.#onFailure(line, error));
    return channel;
  }

  async #subscribe(line: HearingLine, name: string, channel: Channel): Promise<void> {
    await line.subscribe(name, this.#isSharded);
    if (this.#line !== line) return;
    channel.isSubscribed = true;
    if (this.#isConfirmed) resolveAll(channel);
  }

  #stop(name: string, channel: Channel, listening: Listening): void {
    listening.heard.resolve();
    channel.listeners.delete(listening);
    if (channel.listeners.size === 0 && this.#channels.get(name) === channel) this.#remove(name);
  }

  #remove(name: string): void {
    this.#channels.delete(name);
    const line = this.#line;
    line?.unsubscribe(name, this.#isSharded).catch((error) => this.#onFailure(line, error));
  }
}

function resolveAll({ listeners }: Channel): void {
  for (const { heard } of listeners) heard.resolve();
}
