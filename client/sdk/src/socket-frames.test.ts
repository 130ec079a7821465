import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from './byte-queue.ts';
import { EventReader } from './event-reader.ts';
import { encodeSocketFrame, joinBytes, opcodes, SocketFrameReader } from './socket-frames.ts';

/** As a server writes it: without the mask that a client has to have. */
function unmasked(frame: Uint8Array): Uint8Array {
  const short = (frame[1] ?? 0) & 0x7f;
  const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  const bare = new Uint8Array([...frame.subarray(0, maskAt), ...frame.subarray(maskAt + 4)]);
  bare[1] = short;
  return bare;
}

/** Cuts bytes at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const payloads = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(125, 126, 65_535, 65_536).map((n) => new Uint8Array(n)),
  ),
  { maxLength: 6 },
);

describe('frames', () => {
  it('come out as they went in, wherever they are cut', () => {
    void fc.assert(
      fc.property(payloads, fc.array(fc.nat(), { maxLength: 20 }), (sent, places) => {
        const frames = sent.map((payload) => unmasked(encodeSocketFrame(opcodes.binary, payload)));
        const bytes = joinBytes(
          frames,
          frames.reduce((sum, { length }) => sum + length, 0),
        );
        const reader = new SocketFrameReader();
        const heard = cut(bytes, places).flatMap((piece) => reader.push(piece));
        expect(heard.map(({ payload }) => payload)).toEqual(sent);
      }),
      { numRuns: 30 },
    );
  });

  it('are refused when no server would have written them', () => {
    expect(() => new SocketFrameReader().push(encodeSocketFrame(opcodes.binary, new Uint8Array(3)))).toThrow('server');
    expect(() => new SocketFrameReader().push(new Uint8Array([0x02, 0x01, 0x00]))).toThrow('server');
  });
});

describe('events', () => {
  it('are read with their numbers, wherever the stream is cut, and comments say nothing', () => {
    const text = ':\n\nid: 1\ndata: AQID\n\n:\n\nid: 2\ndata: \n\nid: 3\ndata: /w==\n\nid: 4\ndata: AA';
    void fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        const reader = new EventReader();
        const events = cut(new TextEncoder().encode(text), places).flatMap((piece) => reader.push(piece));
        expect(events.map(({ bytes, number }) => [number, ...bytes])).toEqual([[1, 1, 2, 3], [2], [3, 255]]);
      }),
    );
  });
});

describe('bytes on their way out', () => {
  it('are given out from the first that has not arrived, and none twice', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 10 });
    void fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 60 }), (sent, most) => {
        const queue = new ByteQueue();
        const arrived: number[] = [];
        for (const piece of sent) {
          queue.push(piece);
          const body = queue.peek(most);
          expect(body.length).toBe(Math.min(most, queue.length));
          arrived.push(...body);
          queue.drop(body.length);
        }
        arrived.push(...queue.peek(Number.POSITIVE_INFINITY));
        expect(arrived).toEqual(sent.flatMap((piece) => [...piece]));
      }),
    );
  });
});
