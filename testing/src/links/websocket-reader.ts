/** One WebSocket message that went by: what it begins with, and how long it is. */
export type PassedMessage =
  | { readonly kind: 'data'; readonly beginning: Uint8Array; readonly bytes: number }
  /** Compressed: nobody can tell what it is without reading all before it. */
  | { readonly kind: 'compressed'; readonly bytes: number }
  | { readonly kind: 'close'; readonly code: number | null; readonly reason: string };

export interface WebSocketReaderOptions {
  onMessage(message: PassedMessage): void;
  /** The head of the request or of the answer that opens the connection; false: what follows is no WebSocket. */
  onHead(head: string): boolean;
}

/** Of a message. Enough for a kind after the longest name, which has 512 bytes; a large document is counted, not kept. */
const BEGINNING_BYTES = 1024;
/** A longer head is no WebSocket's. */
const MAX_HEAD_BYTES = 32 * 1024;

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8 } as const;

type State =
  | { readonly kind: 'head'; readonly heard: Buffer }
  | { readonly kind: 'frame-head'; readonly heard: Buffer }
  | { readonly kind: 'payload'; readonly frame: FrameHead; readonly passed: number }
  /** No WebSocket: it goes by unread. */
  | { readonly kind: 'deaf' };

interface FrameHead {
  readonly isLast: boolean;
  readonly isCompressed: boolean;
  readonly opcode: number;
  readonly length: number;
  readonly mask: Buffer | null;
  readonly headBytes: number;
}

/**
 * Reads one direction of a connection as it goes by, in whatever pieces it comes, and keeps no more of a message than its
 * beginning.
 */
export class WebSocketReader {
  readonly #options: WebSocketReaderOptions;
  #state: State = { kind: 'head', heard: Buffer.alloc(0) };
  /** Of the message that is under way, which may come in several frames. */
  #beginning: number[] = [];
  #bytes = 0;
  #isCompressed = false;
  /** Control frames come between those of a message. */
  #control: number[] = [];

  constructor(options: WebSocketReaderOptions) {
    this.#options = options;
  }

  read(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.#state.kind !== 'deaf') rest = this.#readSome(rest);
  }

  #readSome(bytes: Buffer): Buffer {
    const state = this.#state;
    switch (state.kind) {
      case 'head':
        return this.#readHead(Buffer.concat([state.heard, bytes]));
      case 'frame-head':
        return this.#readFrameHead(Buffer.concat([state.heard, bytes]));
      case 'payload':
        return this.#readPayload(bytes, state.frame, state.passed);
      case 'deaf':
        return Buffer.alloc(0);
    }
  }

  #readHead(heard: Buffer): Buffer {
    const end = heard.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#state = heard.length > MAX_HEAD_BYTES ? { kind: 'deaf' } : { kind: 'head', heard };
      return Buffer.alloc(0);
    }
    const goesOn = this.#options.onHead(heard.toString('latin1', 0, end));
    this.#state = goesOn ? { kind: 'frame-head', heard: Buffer.alloc(0) } : { kind: 'deaf' };
    return heard.subarray(end + 4);
  }

  #readFrameHead(heard: Buffer): Buffer {
    const frame = parseFrameHead(heard);
    if (frame === null) {
      this.#state = { kind: 'frame-head', heard };
      return Buffer.alloc(0);
    }
    this.#begin(frame);
    return heard.subarray(frame.headBytes);
  }

  #begin(frame: FrameHead): void {
    if (isControl(frame)) this.#control = [];
    else if (frame.opcode !== OPCODES.continuation) {
      this.#beginning = [];
      this.#bytes = 0;
      this.#isCompressed = frame.isCompressed;
    }
    this.#pass(frame, 0);
  }

  #readPayload(bytes: Buffer, frame: FrameHead, passed: number): Buffer {
    const here = bytes.subarray(0, frame.length - passed);
    const kept = isControl(frame) ? this.#control : this.#beginning;
    for (let at = 0; at < here.length && kept.length < BEGINNING_BYTES; at += 1) {
      kept.push((here[at] as number) ^ (frame.mask?.[(passed + at) % 4] ?? 0));
    }
    if (!isControl(frame)) this.#bytes += here.length;
    this.#pass(frame, passed + here.length);
    return bytes.subarray(here.length);
  }

  #pass(frame: FrameHead, passed: number): void {
    if (passed < frame.length) {
      this.#state = { kind: 'payload', frame, passed };
      return;
    }
    this.#state = { kind: 'frame-head', heard: Buffer.alloc(0) };
    if (frame.opcode === OPCODES.close) this.#options.onMessage(describeClose(Buffer.from(this.#control)));
    else if (!isControl(frame) && frame.isLast) this.#options.onMessage(this.#message());
  }

  #message(): PassedMessage {
    if (this.#isCompressed) return { kind: 'compressed', bytes: this.#bytes };
    return { kind: 'data', beginning: Uint8Array.from(this.#beginning), bytes: this.#bytes };
  }
}

function isControl({ opcode }: FrameHead): boolean {
  return opcode >= OPCODES.close;
}

function describeClose(payload: Buffer): PassedMessage {
  if (payload.length < 2) return { kind: 'close', code: null, reason: '' };
  return { kind: 'close', code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
}

/** Null as long as not all of it is there. */
function parseFrameHead(heard: Buffer): FrameHead | null {
  if (heard.length < 2) return null;
  const [first, second] = [heard.readUInt8(0), heard.readUInt8(1)];
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = (second & 0x80) !== 0;
  const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (heard.length < headBytes) return null;
  return {
    isLast: (first & 0x80) !== 0,
    isCompressed: (first & 0x40) !== 0,
    opcode: first & 0x0f,
    length: lengthBytes === 2 ? heard.readUInt16BE(2) : lengthBytes === 8 ? Number(heard.readBigUInt64BE(2)) : short,
    // A copy: the piece that it lies in goes back to Node's pool.
    mask: isMasked ? Buffer.from(heard.subarray(headBytes - 4, headBytes)) : null,
    headBytes,
  };
}
