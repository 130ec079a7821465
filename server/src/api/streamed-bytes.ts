import type { Clock } from '../clock.ts';

const SLICE_BYTES = 64 * 1024;

/** Who takes nothing for so long has gone without a word, and comes back for the rest if not. */
const STALL_MS = 30_000;

/**
 * A body that is given out as it is taken, and cut off when it isn't.
 *
 * @param onEnd called once, when the bytes are needed no more
 */
export function streamBytes(bytes: Buffer, clock: Clock, onEnd: () => void): ReadableStream<Uint8Array> {
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
      controller.error(new Error('nobody takes what was asked for'));
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
