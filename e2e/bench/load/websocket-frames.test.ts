import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameSplitter, frameForServer, opcodes } from './websocket-frames.ts';

/** What a server would send: the same frame without a mask. */
function frameFromServer(payload: Uint8Array): Buffer {
  const masked = frameForServer(payload);
  const header = masked.length - payload.length - 4;
  masked[1] = (masked[1] as number) & 0x7f;
  return Buffer.concat([masked.subarray(0, header), payload]);
}

describe('the frames of the load', () => {
  test.each([0, 1, 125, 126, 65_535, 65_536])('a payload of %i bytes keeps its length and its bytes', (length) => {
    const payload = Buffer.alloc(length, 7);
    const heard: Buffer[] = [];
    new FrameSplitter((opcode, bytes, start, end) => {
      expect(opcode).toBe(opcodes.binary);
      heard.push(Buffer.from(bytes.subarray(start, end)));
    }).feed(frameFromServer(payload));
    expect(heard).toEqual([payload]);
  });

  test('frames come out whole and in order however the network cuts them', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(payloads, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((payload) => frameFromServer(payload)));
        const heard: Uint8Array[] = [];
        const splitter = new FrameSplitter((_opcode, bytes, start, end) => {
          heard.push(new Uint8Array(bytes.subarray(start, end)));
        });
        for (let at = 0, cut = 0; at < stream.length; cut += 1) {
          const size = cuts[cut % cuts.length] as number;
          splitter.feed(stream.subarray(at, at + size));
          at += size;
        }
        expect(heard).toEqual(sent.map((payload) => new Uint8Array(payload)));
      }),
    );
  });

  test('a fragmented frame is an error: nothing may be miscounted', () => {
    const splitter = new FrameSplitter(() => {});
    expect(() => splitter.feed(Buffer.from([0x02, 0x01, 0x00]))).toThrow(/fragmented/);
  });
});
