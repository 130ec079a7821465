import type { Encoder } from 'lib0/encoding';
import { writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import type { ClientFrame } from './client-frame.ts';
import { FrameError } from './frame-error.ts';
import type { FrameReader } from './frame-reader.ts';

/** The sync messages of y-protocols, which both dialects carry unchanged. */
export const syncTypes = { step1: 0, step2: 1, update: 2 } as const;

export type SyncFrame = Extract<ClientFrame, { kind: 'step-1' | 'step-2' | 'update' }>;

export function readSyncFrame(reader: FrameReader): SyncFrame {
  const type = reader.readUint();
  switch (type) {
    case syncTypes.step1:
      return { kind: 'step-1', stateVector: reader.readBytes() };
    case syncTypes.step2:
      return { kind: 'step-2', update: reader.readBytes() };
    case syncTypes.update:
      return { kind: 'update', update: reader.readBytes() };
    default:
      throw new FrameError('unknown-type', `there is no sync message of type ${type}`);
  }
}

export function writeSyncFrame(encoder: Encoder, frame: SyncFrame): void {
  switch (frame.kind) {
    case 'step-1':
      writeVarUint(encoder, syncTypes.step1);
      writeVarUint8Array(encoder, frame.stateVector);
      return;
    case 'step-2':
      writeVarUint(encoder, syncTypes.step2);
      writeVarUint8Array(encoder, frame.update);
      return;
    case 'update':
      writeVarUint(encoder, syncTypes.update);
      writeVarUint8Array(encoder, frame.update);
      return;
    default:
      frame satisfies never;
  }
}
