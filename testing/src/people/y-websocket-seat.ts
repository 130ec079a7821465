import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { newcomerFinds } from './newcomer-finds.ts';
import { ReadableWebSocket } from './quiet-web-socket.ts';
import type { Seat, SeatOptions } from './seat.ts';

/** Quick to come back, since tests wait for it. */
const MAX_BACKOFF_MS = 200;

/** @param directUrl where the server is for those whose link has no faults */
export function takeYWebsocketSeat(options: SeatOptions, directUrl: string): Seat<'y-websocket'> {
  const doc = options.doc ?? new Y.Doc();
  const params = options.token === undefined ? {} : { token: options.token };
  let refusal: string | null = null;
  const provider = new WebsocketProvider(options.url, options.document, doc, {
    WebSocketPolyfill: ReadableWebSocket as never, // ws has all that the provider uses of the browser's class
    disableBc: true,
    maxBackoffTime: MAX_BACKOFF_MS,
    params,
  });
  provider.awareness.setLocalStateField('user', { name: options.name, color: options.color });
  provider.on('closed', ({ code, reason }) => {
    refusal = `closed with ${code} ${reason}`;
  });
  return {
    doc,
    awareness: provider.awareness,
    provider,
    isSynced: () => provider.synced,
    isSaved: async (signal) =>
      provider.synced &&
      (await newcomerFinds(doc, provider.url.replace(options.url, directUrl.replace(/\/$/, '')), signal)),
    get refusal() {
      return refusal;
    },
    leave() {
      provider.destroy();
      // The provider leaves its timer running, which keeps a process alive.
      provider.awareness.destroy();
    },
  };
}
