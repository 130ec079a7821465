import type { Random } from '@quire/testing';
import { frameForServer, opcodes } from '../bench/load/websocket-frames.ts';

const FIN = 0x80;
const LENGTH = 0x7f;
const MASK_BYTES = 4;

export function binary(payload: Uint8Array): Buffer {
  return frameForServer(payload);
}

export function text(words: string): Buffer {
  return frameForServer(Buffer.from(words), opcodes.text);
}

/** One message in as many frames, which RFC 6455 allows; `between` goes where only control frames may. */
export function inFragments(payload: Uint8Array, parts: number, between: readonly Buffer[] = []): Buffer {
  const size = Math.ceil(payload.length / parts);
  const frames = Array.from({ length: parts }, (_, index) => {
    const piece = payload.subarray(index * size, (index + 1) * size);
    const frame = frameForServer(piece, index === 0 ? opcodes.binary : opcodes.continuation);
    if (index < parts - 1) clearFin(frame);
    return frame;
  });
  return Buffer.concat(frames.flatMap((frame, index) => (index === 0 ? [frame] : [...between, frame])));
}

function clearFin(frame: Buffer): void {
  frame.writeUInt8(frame.readUInt8(0) & ~FIN, 0);
}

/** The same frame under a mask that is not zero, as browsers send it. */
export function masked(frame: Buffer, random: Random): Buffer {
  const short = frame.readUInt8(1) & LENGTH;
  const maskAt = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  const copy = Buffer.from(frame);
  const mask = Array.from({ length: MASK_BYTES }, () => random.below(256));
  copy.set(mask, maskAt);
  for (let at = maskAt + MASK_BYTES; at < copy.length; at += 1) {
    copy.writeUInt8(copy.readUInt8(at) ^ (mask[(at - maskAt) % MASK_BYTES] ?? 0), at);
  }
  return copy;
}

export function goodbye(code: number): Buffer {
  return frameForServer(Buffer.from([code >> 8, code & 255]), opcodes.close);
}

export function ping(): Buffer {
  return pingSaying('?');
}

export function pingSaying(words: string): Buffer {
  return frameForServer(Buffer.from(words), opcodes.ping);
}

export function pong(): Buffer {
  return frameForServer(new Uint8Array(), opcodes.pong);
}
