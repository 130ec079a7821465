import { eventWindow, MAX_HTTP_BODY_BYTES } from '@quire/protocol/wire';
import { ByteQueue } from './byte-queue.ts';
import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';
import { EventReader } from './event-reader.ts';
import { encodeSocketFrame, opcodes, type SocketFrame, SocketFrameReader } from './socket-frames.ts';

export interface HttpSocketSurroundings {
  readonly clock: Clock;
  readonly environment: Pick<Environment, 'listen'>;
  readonly fetch: typeof fetch;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

const NORMAL = 1000;
const GOING_AWAY = 1001;
const ABNORMAL = 1006;

/** Well within what the server takes, and proxies; the rest comes in the next request. */
const MAX_BODY_BYTES = MAX_HTTP_BODY_BYTES / 2;
/** Browsers send no more than 64 KiB for a page that is gone, headers included. */
const MAX_LAST_WORDS_BYTES = 60 * 1024;
/** A quarter of what the server sends without being told that it arrived. */
const ACKNOWLEDGE_BYTES = eventWindow.bytes / 4;
/** Attempts in a row that bring nothing. With the pauses between them they take a second, and the server waits three. */
const MAX_FAILURES = 4;
const FIRST_PAUSE_MS = 100;

/** Where sessions over HTTP are opened, given the address of the socket that can't be had. */
export function findDoor(socketUrl: string): URL {
  const door = new URL(socketUrl.replace(/^ws/, 'http'));
  door.pathname += '/http';
  return door;
}

/** A network that swallows requests is as good as none. */
const ASK_TIMEOUT_MS = 5_000;

/** Whether the server answers plain requests, and would let this page in that way. */
export async function answersHttp(
  socketUrl: string,
  { clock, fetch }: Pick<HttpSocketSurroundings, 'clock' | 'fetch'>,
): Promise<boolean> {
  const patience = new AbortController();
  const cancel = clock.schedule(() => patience.abort(), ASK_TIMEOUT_MS);
  try {
    const common = { cache: 'no-store', credentials: 'include', signal: patience.signal } as const;
    return (await fetch(findDoor(socketUrl), common)).status === 204;
  } catch {
    return false; // the network, or the browser, lets nothing through
  } finally {
    cancel();
  }
}

/** `refused`: asking again would bring the same answer. */
type Outcome = 'ok' | 'refused' | 'failed';

/**
 * What a WebSocket is to whoever uses one, over plain requests: the same frames, down on a stream of events, up in the
 * bodies of requests. Both are numbered, so that a stream that was cut is taken up again, and a request whose answer was
 * lost is sent again, without anything being lost or doubled. As a WebSocket, it connects when it is made.
 */
export class HttpSocket extends EventTarget {
  binaryType = 'arraybuffer';
  #readyState: typeof CONNECTING | typeof OPEN | typeof CLOSED = CONNECTING;
  readonly #surroundings: HttpSocketSurroundings;
  readonly #door: URL;
  readonly #stopListening: () => void;
  readonly #frames = new SocketFrameReader();
  /** The request that opens it, the stream, and what is being sent: all end with it. */
  readonly #requests = new Set<AbortController>();
  readonly #pauses = new Set<() => void>();
  #session: string | null = null;
  /** The last event that arrived. */
  #heard = 0;
  /** Of what arrived, what the server was not told of, as it counts that. */
  #unacknowledgedBytes = 0;
  /** What the server is not known to have. */
  readonly #outgoing = new ByteQueue();
  /** Bytes that it has. */
  #arrived = 0;
  #isSending = false;

  constructor(url: string, surroundings: HttpSocketSurroundings) {
    super();
    this.#surroundings = surroundings;
    this.#door = findDoor(url);
    // A browser ends a WebSocket with its page, and with it everybody sees that somebody has left (G7).
    this.#stopListening = surroundings.environment.listen('pagehide', () => this.close(GOING_AWAY));
    void this.#run();
  }

  get readyState(): number {
    return this.#readyState;
  }

  send(frame: Uint8Array): void {
    if (this.#readyState === OPEN) this.#enqueue(opcodes.binary, frame);
  }

  close(code = NORMAL, reason = ''): void {
    if (this.#readyState === CLOSED) return;
    this.#sayGoodbye(code);
    this.#end(code, reason);
  }

  async #run(): Promise<void> {
    if (await this.#open()) await this.#follow();
    this.#end(ABNORMAL, '');
  }

  async #open(): Promise<boolean> {
    try {
      return await this.#ask(this.#door, { method: 'POST' }, async (answer) => {
        if (answer.status !== 201) return false;
        const { session } = (await answer.json()) as { readonly session?: unknown };
        if (typeof session !== 'string') return false;
        this.#session = session;
        return true;
      });
    } catch {
      return false;
    }
  }

  /** One stream after the other: proxies end those that last. */
  async #follow(): Promise<void> {
    for (let failures = 0; failures < MAX_FAILURES && this.#readyState !== CLOSED; ) {
      const heard = this.#heard;
      if ((await this.#readStream()) === 'refused') return;
      failures = this.#heard > heard ? 0 : failures + 1;
      await this.#pauseAfter(failures);
    }
  }

  async #readStream(): Promise<Outcome> {
    const headers = { accept: 'text/event-stream' };
    try {
      return await this.#ask(this.#sessionUrl({ after: this.#heard }), { headers }, async (answer) => {
        if (!answer.ok || answer.body === null) return judge(answer);
        const events = new EventReader();
        const stream = answer.body.getReader();
        for (;;) {
          const { done, value } = await stream.read();
          if (done) return 'failed';
          this.#opened();
          for (const { bytes, number } of events.push(value)) this.#hear(number, bytes);
        }
      });
    } catch {
      return 'failed'; // cut; what comes next finds out whether the session is still there
    }
  }

  /** By the first byte: a network that keeps what it should pass on has let nothing through yet. */
  #opened(): void {
    if (this.#readyState !== CONNECTING) return;
    this.#readyState = OPEN;
    this.dispatchEvent(new Event('open'));
  }

  #hear(number: number, bytes: Uint8Array): void {
    if (number <= this.#heard || this.#readyState === CLOSED) return;
    let frames: readonly SocketFrame[];
    try {
      if (number !== this.#heard + 1) throw new Error('an event is missing');
      frames = this.#frames.push(bytes);
    } catch {
      // What follows builds on what is not there: only a fresh session helps.
      this.#sayGoodbye(NORMAL);
      this.#end(ABNORMAL, '');
      return;
    }
    this.#heard = number;
    this.#unacknowledgedBytes += bytes.length + eventWindow.overheadBytes;
    for (const frame of frames) this.#take(frame);
    if (this.#unacknowledgedBytes >= ACKNOWLEDGE_BYTES) this.#startSending();
  }

  #take({ opcode, payload }: SocketFrame): void {
    switch (opcode) {
      case opcodes.binary:
        if (this.#readyState === OPEN) this.dispatchEvent(new MessageEvent('message', { data: payload.buffer }));
        return;
      case opcodes.ping:
        if (this.#readyState === OPEN) this.#enqueue(opcodes.pong, payload);
        return;
      case opcodes.close: {
        const code = payload.length < 2 ? NORMAL : new DataView(payload.buffer).getUint16(0);
        this.close(code, new TextDecoder().decode(payload.subarray(2)));
      }
    }
  }

  #enqueue(opcode: number, payload: Uint8Array): void {
    this.#outgoing.push(encodeSocketFrame(opcode, payload));
    this.#startSending();
  }

  #startSending(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    // A moment later: what is said in one go leaves in one request.
    queueMicrotask(() => void this.#sendAll());
  }

  /** One request at a time: they arrive in the order in which they were made. */
  async #sendAll(): Promise<void> {
    for (let failures = 0; this.#readyState === OPEN && this.#hasToSend(); ) {
      const outcome = await this.#sendSome();
      failures = outcome === 'ok' ? 0 : failures + 1;
      if (outcome === 'refused' || failures >= MAX_FAILURES) this.#end(ABNORMAL, '');
      else await this.#pauseAfter(failures);
    }
    this.#isSending = false;
  }

  #hasToSend(): boolean {
    return this.#outgoing.length > 0 || this.#unacknowledgedBytes >= ACKNOWLEDGE_BYTES;
  }

  async #sendSome(): Promise<Outcome> {
    const body = this.#outgoing.peek(MAX_BODY_BYTES);
    const after = this.#heard;
    const bytes = this.#unacknowledgedBytes;
    const url = this.#sessionUrl({ after, from: this.#arrived });
    try {
      const outcome = await this.#ask(url, { method: 'POST', body }, judge);
      if (outcome !== 'ok') return outcome;
    } catch {
      return 'failed';
    }
    if (this.#readyState === CLOSED) return 'ok'; // what was left has been said in the goodbye
    this.#outgoing.drop(body.length);
    this.#arrived += body.length;
    this.#unacknowledgedBytes -= bytes;
    return 'ok';
  }

  /**
   * Everything that is not known to have arrived, and then that there is no more: a request that outlives its page. What
   * arrived all the same counts once.
   */
  #sayGoodbye(code: number): void {
    if (this.#session === null) return;
    const frame = new Uint8Array(2);
    new DataView(frame.buffer).setUint16(0, code);
    this.#outgoing.push(encodeSocketFrame(opcodes.close, frame));
    const fits = this.#outgoing.length <= MAX_LAST_WORDS_BYTES;
    const url = this.#sessionUrl(fits ? { after: this.#heard, from: this.#arrived } : {});
    const body = this.#outgoing.peek(MAX_LAST_WORDS_BYTES);
    const common = { keepalive: true, credentials: 'include' } as const;
    this.#surroundings
      .fetch(url, fits ? { ...common, method: 'POST', body } : { ...common, method: 'DELETE' })
      .catch(() => {}); // the server notices by itself, a little later
  }

  #end(code: number, reason: string): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#stopListening();
    for (const request of this.#requests) request.abort();
    for (const end of this.#pauses) end();
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean: code !== ABNORMAL }));
  }

  #sessionUrl(numbers: { readonly after?: number; readonly from?: number }): URL {
    const url = new URL(this.#door);
    url.pathname += `/${this.#session}`;
    // Behind what is there: `searchParams` would write that anew, and a load balancer may go by its bytes.
    const asked = Object.entries(numbers).map(([name, number]) => `${name}=${number}`);
    url.search = [url.search, ...asked].filter((part) => part !== '').join('&');
    return url;
  }

  /** @param read what is wanted of the answer; until that is there, it ends with this socket */
  async #ask<T>(url: URL, request: RequestInit, read: (answer: Response) => T | Promise<T>): Promise<T> {
    const end = new AbortController();
    this.#requests.add(end);
    try {
      // Without a content type, so that a browser need not ask another origin first.
      const common = { cache: 'no-store', credentials: 'include', signal: end.signal } as const;
      return await read(await this.#surroundings.fetch(url, { ...common, ...request }));
    } finally {
      this.#requests.delete(end);
    }
  }

  #pauseAfter(failures: number): Promise<void> {
    if (failures === 0 || this.#readyState === CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const cancel = this.#surroundings.clock.schedule(end, FIRST_PAUSE_MS * 2 ** (failures - 1));
      this.#pauses.add(end);
    });
  }
}

/** A proxy that can't reach the server says so with 502 to 504; the server itself, that there is nothing to go on with. */
function judge({ body, ok, status }: Response): Outcome {
  void body?.cancel();
  return ok ? 'ok' : status >= 500 ? 'failed' : 'refused';
}
