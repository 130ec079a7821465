import { FrameError, FrameReader } from '@quire/protocol';
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { readIncarnation, writeIncarnation } from './incarnation-bytes.ts';
import { MOST_DIGEST_PARTS } from './rooms-digest.ts';

/** A release may append fields, which an earlier one reads past. What that would misunderstand takes another version. */
const VERSION = 1;

/** What a node says now and again of all the rooms that it shares, to all nodes at once. */
export interface Tally {
  /** The incarnation of the node that says it. */
  readonly from: string;
  /** Of its tallies, from 1 on. */
  readonly number: number;
  /** With whom it is in any room, by incarnation: a digest of how it stands in those, of one part or several. */
  readonly digests: ReadonlyMap<string, Uint8Array>;
}

export function encodeTally({ from, number, digests }: Tally): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, VERSION);
  writeIncarnation(encoder, from);
  writeVarUint(encoder, number);
  writeVarUint(encoder, digests.size);
  for (const [peer, digest] of digests) {
    writeIncarnation(encoder, peer);
    writeVarUint8Array(encoder, digest);
  }
  return toUint8Array(encoder);
}

/** @throws {FrameError} `unknown-type` for another version, and whatever else is wrong with the bytes */
export function decodeTally(bytes: Uint8Array): Tally {
  const reader = new FrameReader(bytes);
  const version = reader.readUint();
  if (version !== VERSION) throw new FrameError('unknown-type', `version ${version} of a tally is not known`);
  const from = readSomebody(reader);
  const number = reader.readUint();
  const digests = new Map<string, Uint8Array>();
  for (let left = reader.readUint(); left > 0; left -= 1) digests.set(readSomebody(reader), readDigest(reader));
  return { from, number, digests };
}

function readSomebody(reader: FrameReader): string {
  const incarnation = readIncarnation(reader);
  if (incarnation === null) throw new FrameError('bad-address', 'a tally is of somebody, for somebody');
  return incarnation;
}

function readDigest(reader: FrameReader): Uint8Array {
  const digest = reader.readBytes();
  const parts = digest.length / 8;
  const isKnown = parts >= 1 && parts <= MOST_DIGEST_PARTS && Number.isInteger(Math.log2(parts));
  if (!isKnown)
    throw new FrameError('bad-number', `a digest has 8 bytes for each of 1, 2, 4, … ${MOST_DIGEST_PARTS} parts`);
  return digest;
}
