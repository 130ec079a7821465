import { decodeYWebsocketFrame } from '@quire/protocol';
import { joinWithHocuspocus, joinWithYWebsocket } from '@quire/testing';
import { Hand, type Typist, type TypistOptions } from './typist.ts';

export interface ProviderTypist extends Typist {
  /** How often it has tried to connect. */
  readonly attempts: number;
  /** For how long it waits at most before it tries again, after so many attempts that failed. */
  longestPauseMs(failed: number): number;
}

/** Somebody with an unmodified HocuspocusProvider: what it calls synced is what the server has promised. */
export function createHocuspocusTypist({ wsUrl, document, name, random }: TypistOptions): ProviderTypist {
  const { doc, provider, socket, leave } = joinWithHocuspocus(wsUrl, document, { retry: {} });
  const { delay, factor, maxDelay } = socket.configuration;
  const hand = new Hand(name, doc, random);
  let attempts = 0;
  socket.on('status', ({ status }: { status: string }) => {
    if (status === 'connecting') attempts += 1;
  });
  let confirmed = 0;
  provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number === 0) confirmed = hand.made.length;
  });
  return {
    name,
    doc,
    made: hand.made,
    get confirmed() {
      return hand.made.slice(0, confirmed);
    },
    get inFlight() {
      return hand.made.slice(confirmed);
    },
    get isConnected() {
      return provider.isSynced;
    },
    get attempts() {
      return attempts;
    },
    longestPauseMs: (failed) => Math.min(delay * factor ** Math.max(0, failed - 1), maxDelay),
    type: () => hand.type(),
    leave,
  };
}

/** Somebody with an unmodified WebsocketProvider; the echo of an update says that it is on disk (R9). */
export function createYWebsocketTypist({ wsUrl, document, name, random }: TypistOptions): ProviderTypist {
  const { doc, provider, leave } = joinWithYWebsocket(wsUrl, document);
  const hand = new Hand(name, doc, random);
  const confirmed: string[] = [];
  /** Marks that wait for an echo, by the bytes of their updates. What a handshake carries gets none. */
  const awaiting = new Map<string, string>();
  let attempts = 0;
  provider.on('status', ({ status }) => {
    awaiting.clear();
    if (status === 'connecting') attempts += 1;
    if (status === 'connected') {
      provider.ws?.addEventListener('message', ({ data }) => hear(new Uint8Array(data as ArrayBuffer)));
    }
  });
  function hear(bytes: Uint8Array): void {
    const frame = decodeYWebsocketFrame(bytes);
    if (frame.kind !== 'update') return;
    const key = keyOf(frame.update);
    const mark = awaiting.get(key);
    if (mark === undefined) return;
    awaiting.delete(key);
    confirmed.push(mark);
  }
  return {
    name,
    doc,
    made: hand.made,
    confirmed,
    get inFlight() {
      return [...awaiting.values()];
    },
    get isConnected() {
      return provider.synced;
    },
    get attempts() {
      return attempts;
    },
    longestPauseMs: (failed) => Math.min(100 * 2 ** (failed + 1), provider.maxBackoffTime),
    type() {
      const wasConnected = provider.wsconnected;
      let key = '';
      doc.once('update', (update: Uint8Array) => {
        key = keyOf(update);
      });
      const mark = hand.type();
      if (wasConnected) awaiting.set(key, mark);
      return mark;
    },
    leave,
  };
}

function keyOf(update: Uint8Array): string {
  return Buffer.from(update).toString('latin1');
}
