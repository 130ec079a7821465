import type { Context } from 'hono';
import type { HttpMeters } from '../observability/metrics/http-meters.ts';
import { ApiError } from '../problems.ts';

const MIB = 1024 * 1024;

/** Of all bodies together, of people who have been admitted: they are in memory until what they bring is stored. */
const MAX_HELD_BYTES = 64 * MIB;

/** Reads bodies that are larger than what anybody may send who is not known. */
export interface RawBodies {
  /**
   * Reads one, and counts what has come of it as held until the task with it has ended. What it says that it has holds nothing:
   * whoever says much and sends nothing would keep out everybody else.
   *
   * @param maxBytes of this one
   * @throws {ApiError} `body-too-large`, `overloaded`
   */
  hold<T>(context: Context, maxBytes: number, task: (bytes: Uint8Array) => Promise<T>): Promise<T>;
}

/** @param meters left out: nothing is counted */
export function createRawBodies(
  maxHeldBytes = MAX_HELD_BYTES,
  meters: Pick<HttpMeters, 'held'> | null = null,
): RawBodies {
  let held = 0;
  return {
    async hold(context, maxBytes, task) {
      const stated = Number(context.req.header('content-length') ?? 0);
      let own = 0;
      /** One that is larger than all that is held passes alone: otherwise it never would. */
      const assertRoom = (bytes: number): void => {
        if (own + bytes > maxBytes) throw tooLarge(maxBytes);
        if (held > own && held + bytes > maxHeldBytes) {
          throw new ApiError('overloaded', 'Too much is being sent; try again');
        }
      };
      assertRoom(stated);
      try {
        const body = await readWhole(context.req.raw.body, (bytes) => {
          assertRoom(bytes);
          own += bytes;
          held += bytes;
          meters?.held(bytes);
        });
        return await task(body);
      } finally {
        held -= own;
        meters?.held(-own);
      }
    },
  };
}

/** @param take told of each piece before it is kept, which it may refuse */
async function readWhole(body: ReadableStream<Uint8Array> | null, take: (bytes: number) => void): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    take(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError('body-too-large', `A body has at most ${maxBytes} bytes here`);
}
