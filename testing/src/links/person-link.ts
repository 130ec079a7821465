import { type ConnectionWatch, startTcpProxy } from '../tcp-proxy.ts';
import { countBytes, describeMessage, type Way, type WireDialect } from './describe-message.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { type PassedMessage, WebSocketReader } from './websocket-reader.ts';

/** Somebody's own way to the server, which fails on demand. What one says replaces what was said before. */
export interface PersonLink {
  /** Resets the connection, and refuses new ones until `online`. */
  offline(): Promise<void>;
  /** Everything works again, whichever fault it was; what was held up is passed on. */
  online(): Promise<void>;
  /** Whatever is sent or heard takes this much longer, in order. */
  delay(delayMs: number): Promise<void>;
  /** Resets the connection once; the next one is let through. */
  cut(): Promise<void>;
  /** Nothing gets through any more and nobody is told: the connection looks open on both sides. */
  halfOpen(): Promise<void>;
  /** What the server says is read only so fast; what is sent to it is not held up. */
  slowReader(options?: { readonly bytesPerSecond?: number }): Promise<void>;
}

/** A way to a server that stands for it: whoever connects to `wsUrl` or `url` gets there. */
export interface Link extends PersonLink {
  /** The address that it was made for, but for host and port. */
  readonly wsUrl: string;
  readonly url: string;
  readonly timeline: Timeline;
  /** A document was brought whole on a connection that is there now. */
  readonly hasCaughtUp: boolean;
  /** How many connections are there now. */
  readonly connections: number;
  /** Nothing gets through, not even a goodbye. */
  readonly isHalfOpen: boolean;
  close(): Promise<void>;
}

export interface LinkOptions {
  /** How the messages are put, for the timeline. Left out: by the path, `/yjs/…` being y-websocket. */
  readonly dialect?: WireDialect;
  readonly timeline?: Timeline;
}

/** A modem's: a few kilobytes wait, a document of megabytes never comes. */
const SLOW_BYTES_PER_SECOND = 16 * 1024;

const DEFAULT_PORT = 80;

/**
 * @param address `ws://host:port/…`, or the same with `http`
 * @throws {RangeError} for `wss`: a proxy would break its certificates, and sees nothing of it
 */
export async function openLink(address: string, options: LinkOptions = {}): Promise<Link> {
  const url = new URL(address);
  if (url.protocol !== 'ws:' && url.protocol !== 'http:') {
    throw new RangeError(
      `faults and timelines are for plain connections, and ${address} is none: give the address behind TLS, ws://host:port`,
    );
  }
  const timeline = options.timeline ?? createTimeline();
  const living = new Set<{ readonly caughtUp: boolean }>();
  const watch = (): ConnectionWatch => {
    const connection = { caughtUp: false };
    return watchConnection({
      timeline,
      dialect: options.dialect,
      onOpen: () => living.add(connection),
      onStep2: () => {
        connection.caughtUp = true;
      },
      onEnd: () => living.delete(connection),
    });
  };
  const proxy = await startTcpProxy(Number(url.port || DEFAULT_PORT), {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    watch,
  });
  const at = (protocol: string): string => {
    const there = new URL(url);
    there.protocol = protocol;
    there.hostname = '127.0.0.1';
    there.port = String(proxy.port);
    return there.href.replace(/\/$/, '');
  };
  let isHalfOpen = false;
  /** What was reset says that it is gone only later, and whoever asks until then is not to be told of it. */
  const forgetConnections = (): void => living.clear();
  const say = async (what: string, act: () => void): Promise<void> => {
    timeline.note(`link: ${what}`);
    isHalfOpen = false;
    act();
  };
  return {
    wsUrl: at('ws:'),
    url: at('http:'),
    timeline,
    get hasCaughtUp() {
      return [...living].some(({ caughtUp }) => caughtUp);
    },
    get connections() {
      return proxy.connections;
    },
    get isHalfOpen() {
      return isHalfOpen;
    },
    offline: () =>
      say('offline', () => {
        proxy.cut();
        forgetConnections();
      }),
    online: () => say('online', () => proxy.heal()),
    // What the last fault has stopped goes on first.
    delay: (delayMs) =>
      say(`delayed by ${delayMs} ms`, () => {
        proxy.heal();
        proxy.delay(delayMs);
      }),
    cut: () =>
      say('cut', () => {
        proxy.heal();
        proxy.reset();
        forgetConnections();
      }),
    halfOpen: () =>
      say('half-open', () => {
        proxy.freeze();
        isHalfOpen = true;
      }),
    slowReader: ({ bytesPerSecond = SLOW_BYTES_PER_SECOND } = {}) =>
      say(`reads ${countBytes(bytesPerSecond)} a second`, () => {
        proxy.heal();
        proxy.narrow(bytesPerSecond);
      }),
    close: () => proxy.close(),
  };
}

interface Watching {
  readonly timeline: Timeline;
  readonly dialect: WireDialect | undefined;
  readonly onOpen: () => void;
  readonly onStep2: () => void;
  readonly onEnd: () => void;
}

/** Notes what goes by on one connection; of what is no WebSocket, nothing. */
function watchConnection({ timeline, dialect: known, onOpen, onStep2, onEnd }: Watching): ConnectionWatch {
  let dialect = known ?? 'hocuspocus';
  let isWebSocket = false;
  const read = (way: Way, message: PassedMessage): void => {
    const who = way === 'there' ? '→' : '←';
    switch (message.kind) {
      case 'close':
        timeline.note(
          `${who} close ${message.code ?? 'without a code'}${message.reason === '' ? '' : `: ${message.reason}`}`,
        );
        return;
      case 'compressed':
        timeline.note(`${who} compressed, ${countBytes(message.bytes)}`);
        return;
      case 'data': {
        const { words, isStep2 } = describeMessage({ dialect, way }, message.beginning, message.bytes);
        timeline.note(`${who} ${words}`);
        if (isStep2 && way === 'back') onStep2();
      }
    }
  };
  const there = new WebSocketReader({
    onMessage: (message) => read('there', message),
    onHead(head) {
      const path = /^GET (\S+)/.exec(head)?.[1] ?? '';
      isWebSocket = /^upgrade: *websocket/im.test(head);
      if (isWebSocket) timeline.note(`connects to ${withoutQuery(path)}`);
      if (known === undefined && path.startsWith('/yjs/')) dialect = 'y-websocket';
      return isWebSocket;
    },
  });
  const back = new WebSocketReader({
    onMessage: (message) => read('back', message),
    onHead(head) {
      if (!isWebSocket) return false;
      const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
      timeline.note(status === '101' ? '← connected' : `← refused with ${status}`);
      if (status === '101') onOpen();
      return status === '101';
    },
  });
  return {
    there: (bytes) => there.read(bytes),
    back: (bytes) => back.read(bytes),
    ended() {
      if (isWebSocket) timeline.note('connection gone');
      onEnd();
    },
  };
}

/** It may hold a token, and what tests print is kept. */
function withoutQuery(path: string): string {
  return path.split('?')[0] ?? path;
}
