import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as Y from 'yjs';
import { ReadableWebSocket } from './quiet-web-socket.ts';
import type { Seat, SeatOptions } from './seat.ts';

/** Quick to come back, since tests wait for it. */
const RETRY = { delay: 20, minDelay: 20, maxDelay: 200 } as const;

export function takeHocuspocusSeat(options: SeatOptions): Seat<'hocuspocus'> {
  const doc = options.doc ?? new Y.Doc();
  let refusal: string | null = null;
  const socket = new HocuspocusProviderWebsocket({ url: options.url, WebSocketPolyfill: ReadableWebSocket, ...RETRY });
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: options.document,
    document: doc,
    token: options.token ?? '',
    onAuthenticationFailed: ({ reason }) => {
      refusal = `denied: ${reason}`;
    },
  });
  const { awareness } = provider;
  if (awareness === null) throw new Error('a provider that was not told to do without has no awareness');
  awareness.setLocalStateField('user', { name: options.name, color: options.color });
  provider.attach();
  return {
    doc,
    awareness,
    provider,
    isSynced: () => provider.synced,
    isSaved: () => provider.synced && !provider.hasUnsyncedChanges,
    get refusal() {
      return refusal;
    },
    leave() {
      provider.destroy();
      socket.destroy();
    },
  };
}
