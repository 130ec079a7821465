import { FrameError, type FrameReader } from '@quire/protocol';
import { type Encoder, writeVarUint8Array } from 'lib0/encoding';

const INCARNATION_BYTES = 8;

/** Nobody is no bytes. */
export function writeIncarnation(encoder: Encoder, incarnation: string | null): void {
  writeVarUint8Array(encoder, Buffer.from(incarnation ?? '', 'hex'));
}

/** @throws {FrameError} */
export function readIncarnation(reader: FrameReader): string | null {
  const bytes = reader.readBytes();
  if (bytes.length === 0) return null;
  if (bytes.length !== INCARNATION_BYTES) throw new FrameError('bad-address', 'an incarnation has eight bytes');
  return Buffer.from(bytes).toString('hex');
}
