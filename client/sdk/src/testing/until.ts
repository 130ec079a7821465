import type { RoomStatus } from '../api.ts';
import type { Readable } from '../readable.ts';

/** Resolves with the first value that satisfies `accept`, the present one included; says what it saw when it takes too long. */
export function until<T>(readable: Readable<T>, accept: (value: T) => boolean, timeoutMs = 10_000): Promise<T> {
  const seen: T[] = [readable.get()];
  return new Promise((resolve, reject) => {
    if (accept(readable.get())) {
      resolve(readable.get());
      return;
    }
    const end = () => {
      clearTimeout(timer);
      stop();
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`never reached; seen: ${JSON.stringify(seen.slice(-10))}`));
    }, timeoutMs);
    const stop = readable.subscribe((value) => {
      seen.push(value);
      if (!accept(value)) return;
      end();
      resolve(value);
    });
  });
}

export function untilState(room: { status: Readable<RoomStatus> }, state: RoomStatus['state']): Promise<RoomStatus> {
  return until(room.status, (status) => status.state === state);
}

const LOOK_AGAIN_MS = 5;

/** Waits for something that nobody announces. */
export async function untilTrue(check: () => unknown, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`never became true: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
