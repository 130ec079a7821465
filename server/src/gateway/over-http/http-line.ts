import { Duplex, type Readable } from 'node:stream';
import { eventWindow, MAX_HTTP_BODY_BYTES } from '@quire/protocol';
import type { Clock } from '../../clock.ts';
import { UnsentBytes } from './unsent-bytes.ts';

/** Where the bytes for a client go: one response that goes on for as long as it is read. */
export interface DownStream {
  /** It has enough that nobody has read yet; once that is read, {@link HttpLine.handOut} goes on. */
  readonly isFull: boolean;
  send(number: number, bytes: Buffer): void;
  /** A sign of life, which says nothing. */
  keepAlive(): void;
  /** Gives what it has some time to be read. */
  end(): void;
  /** Lets go at once of what it has. */
  cut(): void;
}

/** What became of a body. */
export type Taken =
  | 'taken'
  /** It begins behind what has come so far: what lies between has to come first. */
  | 'gap'
  | 'too-large'
  /** Another came while it was being taken, and goes on in its place. */
  | 'superseded'
  /** It was cut off; the bytes that came count. */
  | 'cut'
  /** The session has ended. */
  | 'over';

/** A multiple of three, so that nothing but the end of a message is padded in base64. */
const PART_BYTES = 48 * 1024;

/**
 * How long a client may be without its stream. A proxy that ends long responses is followed by the next one at once; a tab
 * that is closed says goodbye; who does neither leaves everybody's screen after this.
 */
export const STREAM_GRACE_MS = 3_000;

/** How long the first one may take, since it comes on a connection that may have to be opened for it. */
export const FIRST_STREAM_GRACE_MS = 10_000;

interface Part {
  readonly number: number;
  readonly bytes: Buffer;
}

/**
 * The line of a session over HTTP, in the place of a socket. Bytes go down in numbered parts, which are kept until the
 * client has said that it has them, so that a stream that was cut can be taken up again; they come up in bodies that say
 * how many bytes came before them, so that one that is sent twice counts once.
 */
export class HttpLine extends Duplex {
  /** As Node's sockets have it, see `drain-progress.ts`: what no part holds yet of the write that is under way. */
  readonly _handle = { writeQueueSize: 0 };
  readonly #clock: Clock;
  readonly #onHeld: ((bytes: number) => void) | null;
  #down: DownStream | null = null;
  #cancelGrace: () => void;
  /** Not known to have arrived; oldest first. */
  readonly #held: Part[] = [];
  /** The last part that the present stream was given, or need not be. */
  #given = 0;
  #heldBytes = 0;
  #lastNumber = 0;
  readonly #unsent = new UnsentBytes();
  #finishWrite: (() => void) | null = null;
  /** Bytes that have come up. */
  #taken = 0;
  /** Ends the turn of the body that is being taken, if there is one. */
  #supersede: () => void = () => {};
  /** Lets that body go on, which waits until somebody reads. */
  #wakeBody: () => void = () => {};

  /** @param onHeld told how much more is held, or less */
  constructor(clock: Clock, onHeld: ((bytes: number) => void) | null = null) {
    super();
    this.#clock = clock;
    this.#onHeld = onHeld;
    this.#cancelGrace = this.#endAfter(FIRST_STREAM_GRACE_MS);
  }

  /** Whether what follows this part is still there. */
  canFollow(after: number): boolean {
    return !this.destroyed && after <= this.#lastNumber && after >= this.#lastNumber - this.#held.length;
  }

  /**
   * From now on parts go to this stream, beginning with the one that follows the last that the client has. They are in no
   * other any more: however often a client begins anew, it costs one window, and what one stream holds of it.
   */
  attach(down: DownStream, after: number): void {
    if (!this.canFollow(after)) throw new Error(`no stream can go on after part ${after}`);
    this.#cancelGrace();
    this.#down?.cut();
    this.#down = null;
    this.acknowledge(after);
    this.#given = after;
    this.#down = down;
    this.handOut(down);
  }

  /** Gives a stream what it takes; of a former one nothing comes. */
  handOut(down: DownStream): void {
    while (this.#down === down && !down.isFull && this.#given < this.#lastNumber) this.#giveNext(down);
  }

  /** The stream is gone; another may have taken its place already. */
  detach(down: DownStream): void {
    if (this.#down !== down) return;
    this.#down = null;
    if (!this.destroyed) this.#cancelGrace = this.#endAfter(STREAM_GRACE_MS);
  }

  keepAlive(): void {
    this.#down?.keepAlive();
  }

  /** The client has all parts up to this one. @returns false for one that was never sent */
  acknowledge(number: number): boolean {
    if (number > this.#lastNumber) return false;
    let count = 0;
    for (const part of this.#held) {
      if (part.number > number) break;
      this.#hold(-weigh(part));
      count += 1;
    }
    if (count > 0) this.#held.splice(0, count);
    this.#given = Math.max(this.#given, number);
    this.#fillWindow();
    return true;
  }

  /**
   * Takes of a body what is new, as fast as it is read, and of one body at a time: however many there are, no more waits
   * here than what one connection would keep. The latest counts. Clients send one after the other, and another while one
   * is being taken only when they have given that one up: they send its bytes again.
   *
   * @param from how many bytes came up before it
   */
  async takeBody(body: Readable, from: number): Promise<Taken> {
    if (from > this.#taken) return 'gap';
    this.#supersede();
    return new Promise((resolve) => {
      const turn = new AbortController();
      this.#supersede = () => {
        turn.abort();
        resolve('superseded');
        this.#wakeBody();
      };
      void this.#pushBody(body, from, turn.signal).then((taken) => {
        if (taken === 'superseded') body.resume(); // long since answered: nobody else lets the rest of it pass
        resolve(taken);
      });
    });
  }

  override _read(): void {
    this.#wakeBody();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, finish: () => void): void {
    this.#begin([chunk], finish);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], finish: () => void): void {
    this.#begin(
      chunks.map(({ chunk }) => chunk),
      finish,
    );
  }

  /** Both sides have said goodbye, or one has broken the rules: nothing is read any more, and nobody waited for. */
  override _final(finish: () => void): void {
    this.push(null);
    finish();
  }

  override _destroy(error: Error | null, finish: (error: Error | null) => void): void {
    this.#cancelGrace();
    if (this.#down !== null) this.#endStream(this.#down);
    this.#down = null;
    this.#held.length = 0;
    this.#hold(-this.#heldBytes);
    this.#unsent.clear();
    this.#wakeBody();
    finish(error);
  }

  get #isOver(): boolean {
    return this.destroyed || this.writableEnded;
  }

  #begin(buffers: readonly Buffer[], finish: () => void): void {
    this.#unsent.put(buffers);
    this.#finishWrite = finish;
    this.#fillWindow();
  }

  #fillWindow(): void {
    while (this.#unsent.length > 0 && this.#heldBytes < eventWindow.bytes) {
      this.#lastNumber += 1;
      const part: Part = { number: this.#lastNumber, bytes: this.#unsent.take(PART_BYTES) };
      this.#held.push(part);
      this.#hold(weigh(part));
    }
    if (this.#down !== null) this.handOut(this.#down);
    this._handle.writeQueueSize = this.#unsent.length;
    const finish = this.#finishWrite;
    if (this.#unsent.length > 0 || finish === null) return;
    this.#finishWrite = null;
    finish();
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#onHeld?.(bytes);
  }

  #giveNext(down: DownStream): void {
    const part = this.#held[this.#given - (this.#lastNumber - this.#held.length)];
    if (part === undefined) throw new Error(`part ${this.#given + 1} is not held`);
    this.#given = part.number;
    down.send(part.number, part.bytes);
  }

  /** Nobody can ask for what is held any more, so that all of it goes: it may end with why the session does. */
  #endStream(down: DownStream): void {
    while (this.#given < this.#lastNumber) this.#giveNext(down);
    down.end();
  }

  async #pushBody(body: Readable, from: number, turn: AbortSignal): Promise<Taken> {
    let at = from;
    try {
      for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        // Before it is pushed: only what is pushed is taken, so the next body has the rest of a superseded one again.
        while (!turn.aborted && !this.#isOver && this.#isFull) await this.#untilRead();
        if (turn.aborted) return 'superseded';
        if (this.#isOver) return 'over';
        const fresh = chunk.subarray(Math.min(this.#taken - at, chunk.length));
        at += chunk.length;
        if (at - from > MAX_HTTP_BODY_BYTES) return 'too-large';
        this.#taken += fresh.length;
        if (fresh.length > 0) this.push(fresh);
      }
      // An answer says that it is on its way to whoever reads, and so is as slow as that.
      while (!turn.aborted && !this.#isOver && this.#isFull) await this.#untilRead();
    } catch {
      return 'cut';
    }
    return this.#isOver ? 'over' : 'taken';
  }

  get #isFull(): boolean {
    return this.readableLength >= this.readableHighWaterMark;
  }

  #untilRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeBody = resolve;
    });
  }

  #endAfter(graceMs: number): () => void {
    return this.#clock.after(graceMs, () => this.destroy());
  }
}

function weigh({ bytes }: Part): number {
  return bytes.length + eventWindow.overheadBytes;
}
