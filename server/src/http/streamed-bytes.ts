import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { Clock } from '../clock.ts';

const SLICE_BYTES = 64 * 1024;

/** Who takes nothing for so long has gone without a word, and comes back for the rest if not. */
const STALL_MS = 30_000;

/** What becomes of the bytes and of who takes them. */
export interface StreamEnds {
  /** Called when the bytes are needed no more, perhaps more than once. */
  readonly onEnd: () => void;
  /** Ends the connection of somebody who takes nothing; null where there is none. */
  readonly cutOff: (() => void) | null;
}

/** A body that is given out as it is taken, and cut off when it isn't. */
export function streamBytes(bytes: Buffer, clock: Clock, { cutOff, onEnd }: StreamEnds): ReadableStream<Uint8Array> {
  let at = 0;
  let cancelStall = (): void => {};
  const end = (): void => {
    cancelStall();
    onEnd();
  };
  const watch = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    cancelStall();
    cancelStall = clock.after(STALL_MS, () => {
      end();
      if (cutOff === null) controller.error(new Error('nobody takes what was asked for'));
      else cutOff(); // and this stream is cancelled with it
    });
  };
  return new ReadableStream(
    {
      start: watch,
      pull(controller) {
        if (at < bytes.length) {
          const slice = bytes.subarray(at, at + SLICE_BYTES);
          at += slice.length;
          controller.enqueue(slice);
          watch(controller);
          return;
        }
        end();
        controller.close();
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

/** Ends the connection of who asks. Without a server, as in tests, nobody is connected. */
export function findCutOff({ env }: Pick<Context, 'env'>): (() => void) | null {
  const { outgoing } = (env ?? {}) as { readonly outgoing?: ServerResponse };
  return outgoing === undefined ? null : () => void outgoing.destroy();
}
