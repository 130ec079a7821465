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
