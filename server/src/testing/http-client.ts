import { type ClientFrame, decodeServerFrame, encodeHocuspocusFrame, type ServerFrame } from '@quire/protocol';

/** A session over HTTP that does only what a test tells it to, and answers a goodbye. */
export interface HttpClient {
  /** Where its session lies. */
  readonly url: string;
  /** What the server said, in the dialect, on all streams so far. */
  readonly heard: readonly ServerFrame[];
  /** How often the server asked for a sign of life. */
  readonly pings: number;
  /** With what it closed; null as long as it didn't. */
  readonly closed: { readonly code: number; readonly reason: string } | null;
  /** The number of the last event. */
  readonly after: number;
  /** Bytes that a request was answered for. */
  readonly sent: number;
  /** Follows the events behind those that were heard; resolves with its status once that is known. */
  follow(after?: number): Promise<number>;
  /** Resolves once the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
  cut(): void;
  /** Sends bytes as those that follow the first `from`; resolves with the status. */
  post(bytes: Uint8Array, from?: number): Promise<number>;
  say(frame: ClientFrame): Promise<number>;
}

const CLOSE = 0x8;
const PING = 0x9;
const BINARY = 0x2;

export interface HttpClientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** What `say` speaks of. */
  readonly document?: string;
}

/** @throws the answer, when the session is refused */
export async function openHttpClient(origin: string, options: HttpClientOptions = {}): Promise<HttpClient> {
  const door = `${origin}/collab/http`;
  const answer = await fetch(door, { method: 'POST', headers: options.headers ?? {} });
  if (answer.status !== 201) throw answer;
  const { session } = (await answer.json()) as { readonly session: string };
  return new Client(`${door}/${session}`, options.document ?? 'plan');
}

/** A masked frame, whose mask changes nothing. */
export function frameOf(payload: Uint8Array, opcode = BINARY): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(6) : Buffer.alloc(length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = 0x80 | length;
  else if (length < 65_536) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

class Client implements HttpClient {
  readonly url: string;
  readonly heard: ServerFrame[] = [];
  pings = 0;
  closed: { readonly code: number; readonly reason: string } | null = null;
  after = 0;
  sent = 0;
  ended: Promise<void> = Promise.resolve();
  readonly #document: string;
  #bytes = Buffer.alloc(0);
  #cut = new AbortController();

  constructor(url: string, document: string) {
    this.url = url;
    this.#document = document;
  }

  async follow(after = this.after): Promise<number> {
    this.#cut = new AbortController();
    const answer = await fetch(`${this.url}?after=${after}`, { signal: this.#cut.signal });
    const { body, status } = answer;
    if (status === 200 && body !== null)
      this.ended = this.#read(body).catch(() => {}); // cut
    else await body?.cancel();
    return status;
  }

  cut(): void {
    this.#cut.abort();
  }

  async post(bytes: Uint8Array, from = this.sent): Promise<number> {
    const answer = await fetch(`${this.url}?from=${from}&after=${this.after}`, {
      method: 'POST',
      body: new Uint8Array(bytes),
    });
    await answer.body?.cancel();
    if (answer.ok) this.sent = Math.max(this.sent, from + bytes.length);
    return answer.status;
  }

  say(frame: ClientFrame): Promise<number> {
    return this.post(frameOf(encodeHocuspocusFrame(this.#document, frame)));
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString('latin1');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, number, data] = /^id: (\d+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (number === undefined || data === undefined) continue;
        if (Number(number) !== this.after + 1) throw new Error(`event ${number} follows ${this.after}`);
        this.after = Number(number);
        this.#bytes = Buffer.concat([this.#bytes, Buffer.from(data, 'base64')]);
        this.#takeFrames();
      }
    }
  }

  #takeFrames(): void {
    for (;;) {
      const [first, short] = this.#bytes;
      if (first === undefined || short === undefined) return;
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (this.#bytes.length < 2 + lengthBytes) return;
      const length =
        lengthBytes === 0
          ? short
          : lengthBytes === 2
            ? this.#bytes.readUInt16BE(2)
            : Number(this.#bytes.readBigUInt64BE(2));
      const end = 2 + lengthBytes + length;
      if (this.#bytes.length < end) return;
      const payload = this.#bytes.subarray(2 + lengthBytes, end);
      this.#bytes = this.#bytes.subarray(end);
      if ((first & 0xf) === BINARY) this.heard.push(decodeServerFrame(new Uint8Array(payload)).frame);
      else if ((first & 0xf) === PING) this.pings += 1;
      else if ((first & 0xf) === CLOSE) {
        this.closed = { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
        this.post(frameOf(payload.subarray(0, 2), CLOSE)).catch(() => {}); // the server need not wait
      }
    }
  }
}
