import { describeClose } from '@quire/protocol';
import { WebSocket } from 'ws';

/** Gives a reason with every close, also with the one that `ws` decides on by itself: 1009, for a frame beyond the limit. */
export class ExplainingWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    super.close(code, reason ?? (code === undefined ? undefined : describeClose(code).reason));
  }
}
