import { WebSocket } from 'ws';

/**
 * Whoever leaves while it connects has taken their listeners off it, and an error that nobody hears ends a process. And
 * it offers no compression, since timelines are read from what goes over the wire.
 */
export class QuietWebSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { perMessageDeflate: false });
    this.on('error', () => {});
  }
}
