import type { Context } from 'hono';
import type { Clock } from '../clock.ts';
import { findCutOff, streamBytes } from '../http/streamed-bytes.ts';
import type { HttpMeters } from '../observability/metrics/http-meters.ts';
import { ApiError } from '../problems.ts';
import { Seats } from '../seats.ts';

/** So many are read at once on this node: each is in memory whole, from when it is made until it has been taken. */
const MAX_READS = 16;
/** All reads share the seats, whatever document they are of. */
const THIS_NODE = '';

/** What a socket takes at once: no more is to be gained from holding a seat for it. */
const SMALL_BYTES = 64 * 1024;

/** Gives out what is in documents. */
export interface Reads {
  /** @throws {ApiError} `overloaded`, and nothing is made */
  give(context: Context, headers: Record<string, string>, make: () => Promise<Uint8Array>): Promise<Response>;
}

/** @param meters left out: nothing is counted */
export function createReads(clock: Clock, meters: Pick<HttpMeters, 'reading'> | null = null): Reads {
  const seats = new Seats(MAX_READS);
  return {
    async give(context, headers, make) {
      const end = takeSeat(seats, meters);
      try {
        const bytes = viewOf(await make());
        const head = { ...headers, 'Content-Length': String(bytes.length) };
        const isHead = context.req.method === 'HEAD';
        if (!isHead && bytes.length > SMALL_BYTES) {
          return context.body(streamBytes(bytes, clock, { onEnd: end, cutOff: findCutOff(context) }), 200, head);
        }
        end();
        return isHead ? context.body(null, 200, head) : context.body(bytes, 200, head);
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}

/** @returns how to give it back; again is fine */
function takeSeat(seats: Seats, meters: Pick<HttpMeters, 'reading'> | null): () => void {
  if (!seats.take(THIS_NODE)) throw new ApiError('overloaded', 'Too much is being read; try again later');
  meters?.reading(1);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    meters?.reading(-1);
    seats.giveBack(THIS_NODE);
  };
}

/** The same memory: there is no second copy of a large document. */
function viewOf({ buffer, byteLength, byteOffset }: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
