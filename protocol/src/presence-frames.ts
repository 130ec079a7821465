import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import { FrameError } from './frame-error.ts';
import { FrameReader } from './frame-reader.ts';

/** One client's state in an awareness message. `state` is JSON text; the text `null` says that the client left. */
export interface PresenceEntry {
  readonly clientId: number;
  readonly clock: number;
  readonly state: string;
}

/** Bounds on what a frame may make the server allocate. */
export interface PresenceLimits {
  readonly maxEntries: number;
  readonly maxStateBytes: number;
}

/**
 * Splits an awareness message (y-protocols 1.0.7) into its entries, JSON unparsed.
 *
 * @throws {FrameError}
 */
export function decodePresence(bytes: Uint8Array, limits: PresenceLimits): PresenceEntry[] {
  const reader = new FrameReader(bytes);
  const count = reader.readUint();
  if (count > limits.maxEntries) {
    throw new FrameError('bad-number', `a presence message has at most ${limits.maxEntries} entries`);
  }
  const entries: PresenceEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    const clientId = reader.readUint();
    const clock = reader.readUint();
    const state = reader.readText(limits.maxStateBytes);
    entries.push({ clientId, clock, state });
  }
  reader.expectEnd();
  return entries;
}

export function encodePresence(entries: readonly PresenceEntry[]): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, entries.length);
  for (const entry of entries) {
    writeVarUint(encoder, entry.clientId);
    writeVarUint(encoder, entry.clock);
    writeVarString(encoder, entry.state);
  }
  return toUint8Array(encoder);
}
