import type { Duplex } from 'node:stream';

/** What Node's sockets know of the write that is under way; not documented, and what Node's own timeout goes by. */
interface WithHandle {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/**
 * A number that changes whenever the system takes bytes of a socket that has some waiting. What is documented moves only
 * with a whole write, which may be a document of many megabytes: a slow line would look as if nobody read.
 */
export function readDrainMark(socket: Duplex): number {
  return (socket as WithHandle)._handle?.writeQueueSize ?? socket.writableLength;
}
