import type { Duplex } from 'node:stream';
import {
  type ClientFrame,
  type CloseCode,
  closeCodes,
  encodePresence,
  encodeYWebsocketFrame,
  FrameError,
} from '@quire/protocol';
import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import type { CollabSession } from '../collab/collab-session.ts';
import type { FrameMessage, ReadStop, SessionPort } from '../collab/session-port.ts';
import { joinSmall } from '../join-small.ts';
import type { Logger } from '../observability/log.ts';
import type { GatewayMeters } from '../observability/metrics/gateway-meters.ts';
import {
  nameForeignEnd,
  nameOwnEnd,
  nameSocketError,
  type PauseReason,
  type SessionEnd,
  type SlowReaderLimit,
} from '../observability/metrics/label-values.ts';
import type { SentMeters } from '../observability/metrics/sent-meters.ts';
import type { Dialect, ReceivedFrame } from './dialects.ts';
import { readDrainMark } from './drain-progress.ts';
import { Pace, type PaceLimits } from './pace.ts';
import type { PausedSession, PausedSessions } from './paused-sessions.ts';
import { Reading, type ReadingListener } from './reading.ts';
import type { SessionSocket, SocketListener } from './session-socket.ts';
import { frameBinary } from './websocket-framing.ts';

/** A presence message about nobody: valid in both dialects and changes nothing. */
const NOBODY = encodeYWebsocketFrame({ kind: 'presence', presence: encodePresence([]) });

/**
 * How long a client that was told to close may take. A reader that stopped reading never answers; its socket would
 * keep everything that is unsent.
 */
const CLOSE_GRACE_MS = 2_000;

/**
 * What a socket has taken is not there yet: the system holds some megabytes for a slow line, and a ping waits behind them.
 * So many more pings than usual may have no answer: at the default interval, a minute is enough for 4 MiB, the most that
 * Linux holds, on a line of half a megabit.
 */
const PINGS_TO_CATCH_UP = 2;

export interface SessionSettings {
  /** Bytes that may be added to what a socket has waiting, since it is behind. */
  readonly maxUnsentBytes: number;
  /** How long a socket may take nothing of what waits for it, in ms. */
  readonly stallTimeoutMs: number;
  readonly pace: PaceLimits;
  readonly paused: PausedSessions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: GatewayMeters | null;
  /** Called once for each session, when its socket is gone. */
  readonly onClosed: (session: Session, socket: Duplex) => void;
}

type SessionState =
  | { readonly kind: 'open' }
  /** More waits in this process than the socket wants to have waiting, and it has not taken all of that yet. */
  | {
      readonly kind: 'behind';
      /** What was sent while it kept up is never too much, however large: a first sync is one message. */
      readonly mostUnsentBytes: number;
      /** What it had taken when that was last seen to change, and when. */
      drainMark: number;
      drainedAt: number;
      /** What the last ping said that has no answer yet. */
      ping: Buffer | null;
    }
  /** We said goodbye and wait for the other side to close. */
  | { readonly kind: 'closing'; readonly giveUp: NodeJS.Timeout }
  | { readonly kind: 'closed' };

/** Shared by all sessions: there are many, and most of them do nothing. */
const OPEN: SessionState = { kind: 'open' };
const CLOSED: SessionState = { kind: 'closed' };

/** One socket. Reads frames and hands them on; sends what documents have for it, in one write a flush. */
export class Session implements SessionPort, SocketListener, ReadingListener, PausedSession {
  readonly dialect: Dialect;
  /** Monotonic, in whole ms: a fraction would be an object of its own. */
  readonly openedAt: number;
  readonly sent: SentMeters | null;
  readonly #pace: Pace;
  readonly #socket: Duplex;
  readonly #webSocket: SessionSocket;
  readonly #settings: SessionSettings;
  #collab: CollabSession | null = null;
  /** Whether it is read; null while nothing ever spoke against it. Frames that a session sends too fast wait in the network. */
  #reading: Reading | null = null;
  #state: SessionState = OPEN;
  #wroteAt: number;
  /** Pings that were sent since the last answer; below zero where it may take longer. */
  #unanswered = 0;
  /** How many documents want it not to be read until the disk has caught up. */
  #readStops = 0;
  /** What is sent while somebody gathers it. */
  #gathered: Buffer[] | null = null;
  /** Why it ends, once we know; what the other side says counts only until then. */
  #end: SessionEnd | null = null;

  constructor(webSocket: SessionSocket, socket: Duplex, dialect: Dialect, settings: SessionSettings) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.dialect = dialect;
    this.openedAt = Math.trunc(settings.clock.monotonicMs());
    this.#wroteAt = this.openedAt;
    this.#settings = settings;
    this.sent = settings.meters?.sent ?? null;
    this.#pace = new Pace(settings.pace, this, settings.clock);
  }

  /** Begins to read; for nobody, when it is only to be told why it is closed. */
  start(collab: CollabSession | null): void {
    this.#webSocket.listen(this);
    this.#collab = collab;
    this.#settings.meters?.sessionOpened(this.dialect.name);
  }

  /** Each has its answer, or the last one has: that is enough (RFC 6455, 5.5.3), and keeps no more of who reads none of them. */
  onPing(payload: Buffer): void {
    if (!this.isOpen) return;
    this.#hear(0);
    if (this.#state.kind === 'behind') this.#state.ping = Buffer.from(payload);
    else this.#answerPing(payload);
  }

  #answerPing(payload: Buffer): void {
    this.#webSocket.pong(payload);
    this.#noteWrite();
  }

  onPong(): void {
    this.#unanswered = 0;
    if (this.isOpen) this.#hear(0);
  }

  /** Whatever it is, it shows that somebody is there, and is counted: pings cost us an answer. @returns when it was read */
  #hear(bytes: number): number {
    this.#noteLife();
    const now = this.#settings.clock.monotonicMs();
    this.#pace.spend(bytes, now);
    return now;
  }

  /** An answer may still wait behind what the system holds for a slow line: what is granted for that stays. */
  #noteLife(): void {
    this.#unanswered = Math.min(this.#unanswered, 0);
  }

  /** ws has closed the socket with the right code already: 1002, 1007, 1008, 1009. */
  onError(error: Error): void {
    this.#end ??= nameSocketError(error);
    this.#settings.log.debug({ err: error }, 'a socket failed');
    this.#beginClosing();
  }

  onClose(code: number, reason: Buffer): void {
    if (this.#state.kind === 'closing') clearTimeout(this.#state.giveUp);
    this.#moveTo(CLOSED);
    this.#stopPacing();
    this.#settings.meters?.sessionClosed(this, this.dialect.name, this.#end ?? nameForeignEnd(code));
    this.#collab?.end(code, reason.toString());
    this.#settings.onClosed(this, this.#socket);
  }

  get isOpen(): boolean {
    const { kind } = this.#state;
    return (kind === 'open' || kind === 'behind') && this.#webSocket.readyState === WebSocket.OPEN;
  }

  get isBehind(): boolean {
    return this.#state.kind === 'behind';
  }

  /** Whether this socket ever opened a document: if not in time, it is closed. */
  get wasEstablished(): boolean {
    return this.#collab?.wasEstablished ?? false;
  }

  /** What waits in this process for the socket to take it. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  get frame(): FrameMessage {
    return frameBinary;
  }

  together(task: () => void): void {
    const gathered: Buffer[] = [];
    this.#gathered = gathered;
    try {
      task();
    } finally {
      this.#gathered = null;
      if (gathered.length > 0) this.send(gathered);
    }
  }

  send(framed: readonly Buffer[]): void {
    if (!this.isOpen) return;
    if (this.#gathered !== null) {
      this.#gathered.push(...framed);
      return;
    }
    if (this.#state.kind === 'behind' && this.unsentBytes > this.#state.mostUnsentBytes) {
      this.close(closeCodes.slowReader, 'unsent');
      return;
    }
    this.#wroteAt = Math.trunc(this.#settings.clock.monotonicMs());
    const buffers = joinSmall(framed);
    const [first] = buffers;
    if (buffers.length === 1 && first !== undefined) {
      this.#socket.write(first);
    } else {
      this.#socket.cork();
      for (const buffer of buffers) this.#socket.write(buffer);
      this.#socket.uncork();
    }
    this.#noteWrite();
  }

  #noteWrite(): void {
    const unsent = this.unsentBytes;
    if (unsent === 0) return;
    this.#settings.meters?.wrote(this);
    // Beyond its mark a socket says when it has taken all.
    if (this.#state.kind !== 'open' || unsent < this.#socket.writableHighWaterMark) return;
    this.#moveTo({
      kind: 'behind',
      mostUnsentBytes: unsent + this.#settings.maxUnsentBytes,
      drainMark: readDrainMark(this.#socket),
      drainedAt: this.#settings.clock.monotonicMs(),
      ping: null,
    });
    this.#socket.once('drain', () => this.#onDrain());
  }

  #onDrain(): void {
    if (this.#state.kind !== 'behind') return;
    const { ping } = this.#state;
    this.#moveTo(OPEN);
    if (ping !== null) this.#answerPing(ping);
    this.#unanswered = -PINGS_TO_CATCH_UP;
    try {
      this.#collab?.catchUp();
    } catch (error) {
      this.#fail(error, 'a session could not catch up');
    }
  }

  /** Progress is bytes that are taken, not pongs (R15): a large document on a slow line may take as long as it needs. */
  closeIfStalled(now: number): void {
    if (this.#state.kind !== 'behind') return;
    const drainMark = readDrainMark(this.#socket);
    if (drainMark !== this.#state.drainMark) {
      this.#state.drainMark = drainMark;
      this.#state.drainedAt = now;
    } else if (now - this.#state.drainedAt >= this.#settings.stallTimeoutMs) this.close(closeCodes.slowReader, 'stall');
  }

  onPauseReason(reason: PauseReason): void {
    this.#settings.meters?.readingPaused(reason);
  }

  onPaused(): void {
    this.#settings.meters?.pausedSessions(1);
    this.#settings.paused.add(this);
  }

  onReadOn(): void {
    this.#settings.meters?.pausedSessions(-1);
    this.#settings.paused.delete(this);
  }

  probe(): void {
    // What waits for a socket that is behind finds out as much.
    if (this.isOpen && !this.isBehind) this.#webSocket.pong();
  }

  stopReading(reason: ReadStop = 'disk'): void {
    if (reason === 'disk') this.#readStops += 1;
    this.pauseFor(reason);
  }

  readOn(reason: ReadStop = 'disk'): void {
    if (reason === 'disk') this.#readStops -= 1;
    if (reason !== 'disk' || this.#readStops === 0) this.resumeFor(reason);
  }

  pauseFor(reason: PauseReason): void {
    this.#lookAfterReading().pauseFor(reason);
  }

  resumeFor(reason: PauseReason): void {
    this.#reading?.resumeFor(reason);
  }

  #lookAfterReading(): Reading {
    this.#reading ??= new Reading(this.#webSocket, this);
    return this.#reading;
  }

  #moveTo(state: SessionState): void {
    const wasBehind = this.isBehind;
    this.#state = state;
    if (wasBehind !== this.isBehind) this.#settings.meters?.fellBehind(wasBehind ? -1 : 1);
  }

  close(code: CloseCode, limit?: SlowReaderLimit): void {
    if (this.#state.kind === 'closing' || this.#state.kind === 'closed') return;
    if (limit !== undefined) this.#settings.meters?.slowReaderClosed(limit);
    this.#end ??= nameOwnEnd(code.name);
    this.#settings.log.debug({ code: code.code, name: code.name }, 'closing a session');
    this.#beginClosing();
    this.#webSocket.close(code.code, code.reason);
  }

  /** Ends it without waiting for the other side. */
  terminate(): void {
    this.#webSocket.terminate();
  }

  #beginClosing(): void {
    if (this.#state.kind === 'closing' || this.#state.kind === 'closed') return;
    const giveUp = setTimeout(() => this.#webSocket.terminate(), CLOSE_GRACE_MS);
    this.#moveTo({ kind: 'closing', giveUp });
    this.#stopPacing();
  }

  #stopPacing(): void {
    this.#pace.stop();
    this.#lookAfterReading().end();
  }

  /** Hands a frame to the documents as if the client had sent it. */
  deliver(rawAddress: string, frame: ClientFrame): void {
    this.#collab?.receive(rawAddress, frame, null);
  }

  /**
   * Asks for a sign of life; who gave none since the last time is gone, and everybody may see it. Whose bytes wait is
   * judged by whether they drain. Of who is not read some bytes are let through behind each ping: whatever they are, they
   * are such a sign, and nothing else could be heard.
   */
  ping(): void {
    if (this.isBehind) return;
    const reading = this.#reading;
    if (reading?.isPaused === true && !reading.isPeeking) this.#noteLife(); // whatever it answered to the last one waits to be read
    if (this.#unanswered > 0) {
      this.#end ??= 'ping-timeout';
      this.#webSocket.terminate();
      return;
    }
    this.#unanswered += 1;
    if (this.isOpen) this.#webSocket.ping();
    reading?.peek(this.#socket, () => this.#noteLife());
  }

  /** Providers reconnect when they hear nothing for 30 s, even of a document in which nothing happens. */
  keepAlive(quietSince: number): void {
    if (this.#wroteAt > quietSince || this.isBehind) return;
    this.#collab?.anyEstablished()?.send(NOBODY);
  }

  /** @throws {FrameError} */
  #read(data: Buffer): ReceivedFrame {
    const { meters } = this.#settings;
    try {
      const received = this.dialect.read(data);
      meters?.received(received?.frame.kind ?? 'pong', data.length);
      return received;
    } catch (error) {
      meters?.received('malformed', data.length);
      throw error;
    }
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    if (!this.isOpen) return;
    const now = this.#hear(data.length);
    const { meters } = this.#settings;
    if (!isBinary) {
      meters?.received('malformed', data.length);
      this.close(closeCodes.badFrame);
      return;
    }
    const readAtMs = meters === null ? null : now;
    try {
      const received = this.#read(data);
      if (received !== null) this.#collab?.receive(received.rawAddress, received.frame, readAtMs);
    } catch (error) {
      if (error instanceof FrameError) {
        this.close(error.fault === 'bad-address' ? closeCodes.badDocumentName : closeCodes.badFrame);
        return;
      }
      this.#fail(error, 'a frame could not be handled');
    }
  }

  /** A fault of ours ends this session; the others, and the process, go on. */
  #fail(error: unknown, what: string): void {
    this.#settings.log.error({ err: error }, what);
    this.close(closeCodes.internalError);
  }
}
