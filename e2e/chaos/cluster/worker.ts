import type { Random } from '@quire/testing';
import type { Writer } from '../../crash/writer.ts';
import { pause } from '../../soak/pause.ts';

export interface Worker {
  readonly writer: Writer;
  /** How often it had to come back. */
  readonly returns: number;
  /** Resolves once it has stopped, connected and with everything receipted. */
  finish(): Promise<void>;
  leave(): void;
}

/** Bursts, so that there are edits in flight at any moment and documents stay of a size that people have. */
const BURST_RECEIPTS = 12;
const MIN_REST_MS = 100;
const MAX_REST_MS = 900;
/** A balancer with no node to send anybody to answers at once. */
const RETRY_MS = 150;
const LOOK_EVERY_MS = 20;

/** Has a writer work until it is told to finish, coming back whenever its connection ends. */
export function startWorker(writer: Writer, random: Random): Worker {
  const stopping = new AbortController();
  const { signal } = stopping;
  let returns = -1;
  let isConnected = false;

  const connect = async (): Promise<void> => {
    for (;;) {
      try {
        await writer.connect();
        break;
      } catch {
        // The node went away in the handshake, or there was none.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    returns += 1;
    isConnected = true;
    void writer.disconnected().then(() => {
      isConnected = false;
      writer.stopTyping();
    });
  };

  const burst = async (): Promise<void> => {
    let receipted = 0;
    writer.startTyping(() => {
      receipted += 1;
      if (receipted === BURST_RECEIPTS) writer.stopTyping();
    });
    // Whatever holds receipts up, the burst lasts: there is to be something in flight when a node dies.
    while (isConnected && !signal.aborted && receipted < BURST_RECEIPTS) await pause(LOOK_EVERY_MS, signal);
    writer.stopTyping();
    while (isConnected && writer.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  };

  const working = (async () => {
    await connect();
    while (!signal.aborted) {
      if (!isConnected) await connect();
      await burst();
      await pause(MIN_REST_MS + random.below(MAX_REST_MS - MIN_REST_MS), signal);
    }
    // What was in flight when a connection ended goes out with the next handshake.
    while (!isConnected || writer.ledger.unreceipted.length > 0) {
      if (isConnected) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      else await connect();
    }
  })();
  working.catch(() => {}); // told to whoever waits for the end

  return {
    writer,
    get returns() {
      return returns;
    },
    async finish() {
      stopping.abort();
      await working;
    },
    leave() {
      stopping.abort();
      writer.leave();
    },
  };
}
