import { decodeYWebsocketFrame, encodeYWebsocketFrame, FrameError } from '@quire/protocol';
import * as Y from 'yjs';
import { openFrameSocket } from '../frame-socket.ts';

/**
 * Whether somebody who comes now gets everything that a document holds. The y-websocket dialect has no word for "saved":
 * this is the most that can be asked of any server that speaks it. Quire shows nobody what is not on its disk.
 *
 * @param url of the document, as its provider connects to it
 * @param signal ends the question; the answer is no then
 */
export async function newcomerFinds(doc: Y.Doc, url: string, signal: AbortSignal): Promise<boolean> {
  const found = await openAnew(url, signal);
  if (found === null) return false;
  const before = Y.snapshot(found);
  Y.applyUpdate(found, Y.encodeStateAsUpdate(doc));
  return Y.equalSnapshots(before, Y.snapshot(found));
}

async function openAnew(url: string, signal: AbortSignal): Promise<Y.Doc | null> {
  const doc = new Y.Doc();
  try {
    const socket = await openFrameSocket(url, { signal });
    try {
      socket.send(encodeYWebsocketFrame({ kind: 'step-1', stateVector: Y.encodeStateVector(doc) }));
      Y.applyUpdate(doc, await socket.next(readStep2, 'the document is brought to whoever comes'));
    } finally {
      socket.close();
    }
  } catch {
    // A server that is away, or lets nobody in, gives nothing to anybody.
    return null;
  }
  return doc;
}

function readStep2(bytes: Uint8Array): Uint8Array | null {
  try {
    const frame = decodeYWebsocketFrame(bytes);
    return frame.kind === 'step-2' ? frame.update : null;
  } catch (error) {
    // Servers say what clients don't, such as that somebody may only read.
    if (error instanceof FrameError) return null;
    throw error;
  }
}
