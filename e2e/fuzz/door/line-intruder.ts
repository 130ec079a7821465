import { request as ask, type ClientRequest, type IncomingMessage } from 'node:http';
import { closeCodes } from '@quire/protocol';
import { until } from '@quire/testing';
import { FrameSplitter, opcodes } from '../../bench/load/websocket-frames.ts';

/** What a request was answered with; null where whoever asked has hung up before. */
export type Answer = number | null;

/** Where a body is said to stand, as it is written into the address. */
export interface Place {
  readonly from?: number | string;
  readonly after?: number | string;
}

const EVENT = /^id: (\d+)\ndata: (.*)$/;

/** Somebody with a session over HTTP, who asks what no client would. Each request is on a connection of its own. */
export class LineIntruder {
  /** Bytes that were taken. */
  sent = 0;
  /** The number of the last event. */
  after = 0;
  /** How the server ended the session, if it has said so: by the name of a close code. */
  ending: string | null = null;
  /** What the server must not say. */
  readonly faults: string[] = [];
  readonly #port: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #frames = new FrameSplitter((opcode, bytes, start) => {
    if (opcode === opcodes.close) this.ending = nameOf(bytes.readUInt16BE(start));
  });
  #path = '/collab/http';
  #stream: IncomingMessage | null = null;

  constructor(port: number, headers: Readonly<Record<string, string>>) {
    this.#port = port;
    this.#headers = headers;
  }

  get path(): string {
    return this.#path;
  }

  async open(): Promise<void> {
    const { status, body } = await this.send('POST', this.#path);
    if (status !== 201) throw new Error(`no session over HTTP: ${status} ${body}`);
    this.#path += `/${(JSON.parse(body) as { readonly session: string }).session}`;
  }

  /** Follows what comes down. @returns the status */
  follow(after: number | string = this.after, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return new Promise((resolve) => {
      const asking = this.#ask('GET', `${this.#path}?after=${after}`, headers, (response) => {
        resolve(response.statusCode ?? 0);
        if (response.statusCode !== 200) response.resume();
        else this.#read(response);
      });
      asking.once('error', () => resolve(null));
      asking.end();
    });
  }

  /** Lets go of what it follows. */
  cut(): void {
    this.#stream?.destroy();
  }

  /** Sends a body as the next one, unless it is said to stand elsewhere. */
  async post(bytes: Uint8Array, place: Place = {}): Promise<Answer> {
    const { from = this.sent, after = this.after } = place;
    const { status } = await this.send('POST', `${this.#path}?from=${from}&after=${after}`, bytes);
    if (status === 204 && typeof from === 'number') this.sent = Math.max(this.sent, from + bytes.length);
    return status;
  }

  /** Promises a body, and sends a part of it. @returns what hangs up, and resolves with what it was answered until then */
  begin(bytes: Uint8Array, part: number): { hangUp(): Promise<Answer> } {
    let answer: Answer = null;
    const path = `${this.#path}?from=${this.sent}&after=${this.after}`;
    const asking = this.#ask('POST', path, { 'Content-Length': String(bytes.length) }, (response) => {
      answer = response.statusCode ?? 0;
      response.resume();
    });
    asking.on('error', () => {}); // by us, or because the session has ended
    const isGone = new Promise((resolve) => asking.once('close', resolve));
    const isSent = new Promise((resolve) => asking.write(bytes.subarray(0, part), resolve));
    return {
      async hangUp() {
        await isSent;
        asking.destroy();
        await isGone;
        return answer;
      },
    };
  }

  send(method: string, path: string, body?: Uint8Array): Promise<{ readonly status: Answer; readonly body: string }> {
    return new Promise((resolve) => {
      const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
      const asking = this.#ask(method, path, length, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      asking.once('error', () => resolve({ status: null, body: '' }));
      asking.end(body);
    });
  }

  /** Waits until what it follows says how the session ended. */
  async ended(): Promise<void> {
    await until(() => this.ending !== null, { what: 'a session over HTTP is not told of its end' });
  }

  async leave(): Promise<void> {
    this.cut();
    await this.send('DELETE', this.#path);
  }

  #ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    onResponse: (response: IncomingMessage) => void,
  ): ClientRequest {
    const asking = ask(
      { host: '127.0.0.1', port: this.#port, method, path, headers: { ...this.#headers, ...headers }, agent: false },
      (response) => {
        if ((response.statusCode ?? 0) >= 500) this.faults.push(`${method} is answered with ${response.statusCode}`);
        response.on('error', () => {}); // cut off, by us or by the next stream
        onResponse(response);
      },
    );
    return asking;
  }

  #read(response: IncomingMessage): void {
    this.#stream = response;
    let text = '';
    response.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#hear(text.slice(0, end));
        text = text.slice(end + 2);
      }
    });
  }

  #hear(event: string): void {
    const [, id, data] = EVENT.exec(event) ?? [];
    if (id === undefined || data === undefined) return; // a sign of life
    const number = Number(id);
    if (number <= this.after) return; // of a stream that began anew where it was told to
    if (number !== this.after + 1) this.faults.push(`event ${number} follows ${this.after}`);
    this.after = number;
    this.#frames.feed(Buffer.from(data, 'base64'));
  }
}

function nameOf(code: number): string {
  return Object.values(closeCodes).find((known) => known.code === code)?.name ?? String(code);
}
