import { WebSocket } from 'ws';

/** Whoever leaves while it connects has taken their listeners off it, and an error that nobody hears ends a process. */
export class QuietWebSocket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args);
    this.on('error', () => {});
  }
}

/** Offers no compression, since timelines are read from what goes over the wire. */
export class ReadableWebSocket extends QuietWebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { perMessageDeflate: false });
  }
}
