import type { ClientFrame } from '@quire/protocol';

/** What a frame takes while it waits. */
export function weigh(frame: ClientFrame): number {
  switch (frame.kind) {
    case 'step-1':
      return frame.stateVector.length;
    case 'update':
    case 'step-2':
      return frame.update.length;
    case 'presence':
      return frame.presence.length;
    case 'stateless':
      return frame.payload.length;
    case 'token':
      return frame.token.length + (frame.epoch?.length ?? 0);
    case 'query-presence':
    case 'close':
      return 0;
    default:
      return frame satisfies never;
  }
}

/** A frame whose bytes are its own: whoever keeps a view keeps the socket's whole buffer alive. */
export function copyOf<F extends ClientFrame>(frame: F): F {
  switch (frame.kind) {
    case 'step-1':
      return { ...frame, stateVector: new Uint8Array(frame.stateVector) };
    case 'update':
    case 'step-2':
      return { ...frame, update: new Uint8Array(frame.update) };
    case 'presence':
      return { ...frame, presence: new Uint8Array(frame.presence) };
    default:
      return frame;
  }
}
