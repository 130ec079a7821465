import type { BusError } from '../cluster-bus.ts';
import type { RedisLine } from './redis-line.ts';

export type HearMessage = (message: Uint8Array) => void;

interface Channel {
  readonly listeners: Set<HearMessage>;
  isSubscribed: boolean;
  /** Resolved while Redis tells us what is told on it. */
  heard: PromiseWithResolvers<void>;
}

/** Who listens on which channel here, whatever becomes of the lines over which they are heard. */
export class ChannelListeners {
  readonly #isSharded: boolean;
  readonly #onFailure: (line: RedisLine, error: BusError) => void;
  readonly #channels = new Map<string, Channel>();
  #line: RedisLine | null = null;
  #isConfirmed = false;
  #isClosed = false;

  /** @param onFailure this line could not subscribe */
  constructor(isSharded: boolean, onFailure: (line: RedisLine, error: BusError) => void) {
    this.#isSharded = isSharded;
    this.#onFailure = onFailure;
  }

  async listen(name: string, listener: HearMessage): Promise<() => void> {
    // The same function may listen twice.
    const own: HearMessage = (message) => listener(message);
    const channel = this.#channels.get(name) ?? this.#add(name);
    channel.listeners.add(own);
    await channel.heard.promise;
    return () => {
      channel.listeners.delete(own);
      if (channel.listeners.size === 0 && this.#channels.get(name) === channel) this.#remove(name);
    };
  }

  /** Resolves once everything is heard over this line; who listens learns of it by `confirm`. @throws {BusError} */
  async attach(line: RedisLine): Promise<void> {
    this.#line = line;
    line.onMessage((name, message) => {
      for (const listener of [...(this.#channels.get(name)?.listeners ?? [])]) listener(message);
    });
    await Promise.all([...this.#channels].map(([name, channel]) => this.#subscribe(line, name, channel)));
  }

  /** Whoever has begun to listen can tell now, too: a greeting that follows at once is not dropped. */
  confirm(): void {
    this.#isConfirmed = true;
    for (const channel of this.#channels.values()) if (channel.isSubscribed) channel.heard.resolve();
  }

  detach(): void {
    this.#line = null;
    for (const channel of this.#channels.values()) {
      if (channel.isSubscribed && this.#isConfirmed) channel.heard = Promise.withResolvers();
      channel.isSubscribed = false;
    }
    this.#isConfirmed = false;
  }

  /** Nothing will be heard any more: nobody waits for it. */
  close(): void {
    this.#isClosed = true;
    this.detach();
    for (const channel of this.#channels.values()) channel.heard.resolve();
    this.#channels.clear();
  }

  #add(name: string): Channel {
    const channel: Channel = { listeners: new Set(), isSubscribed: false, heard: Promise.withResolvers() };
    if (this.#isClosed) {
      channel.heard.resolve();
      return channel;
    }
    this.#channels.set(name, channel);
    const line = this.#line;
    if (line !== null) this.#subscribe(line, name, channel).catch((error) => this.#onFailure(line, error));
    return channel;
  }

  async #subscribe(line: RedisLine, name: string, channel: Channel): Promise<void> {
    await line.subscribe(name, this.#isSharded);
    if (this.#line !== line) return;
    channel.isSubscribed = true;
    if (this.#isConfirmed) channel.heard.resolve();
  }

  #remove(name: string): void {
    this.#channels.delete(name);
    const line = this.#line;
    line?.unsubscribe(name, this.#isSharded).catch((error) => this.#onFailure(line, error));
  }
}
