import type { Context } from 'hono';
import { ApiError } from '../problems.ts';

const MIB = 1024 * 1024;

/** Of all bodies together, of people who have been admitted: they are in memory until what they bring is stored. */
const MAX_HELD_BYTES = 64 * MIB;

/** Reads bodies that are larger than what anybody may send who is not known. */
export interface RawBodies {
  /**
   * Reads one, and counts it as held until the task with it has ended.
   *
   * @param maxBytes of this one
   * @throws {ApiError} `body-too-large`, `overloaded`
   */
  hold<T>(context: Context, maxBytes: number, task: (bytes: Uint8Array) => Promise<T>): Promise<T>;
}

export function createRawBodies(maxHeldBytes = MAX_HELD_BYTES): RawBodies {
  let held = 0;
  return {
    async hold(context, maxBytes, task) {
      const stated = Number(context.req.header('content-length') ?? Number.NaN);
      if (stated > maxBytes) throw tooLarge(maxBytes);
      // Who does not say how much comes may bring as much as is taken.
      const reserved = Number.isInteger(stated) && stated >= 0 ? stated : maxBytes;
      if (held > 0 && held + reserved > maxHeldBytes) {
        throw new ApiError('overloaded', 'Too much is being sent; try again');
      }
      held += reserved;
      try {
        return await task(await readWhole(context.req.raw.body, maxBytes));
      } finally {
        held -= reserved;
      }
    },
  };
}

async function readWhole(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError('body-too-large', `A body has at most ${maxBytes} bytes here`);
}
