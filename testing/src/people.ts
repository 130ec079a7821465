import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { QuietWebSocket } from './people/quiet-web-socket.ts';

/** Somebody with a document open, through a published provider, unmodified. */
export interface Person<Provider> {
  readonly doc: Y.Doc;
  readonly provider: Provider;
  leave(): void;
}

export interface HocuspocusPerson extends Person<HocuspocusProvider> {
  readonly socket: HocuspocusProviderWebsocket;
}

/** So that nobody waits in a test who has lost a connection. */
const SOON = { delay: 20, minDelay: 20, maxDelay: 200 } as const;

/**
 * @param options.path Where the dialect is spoken; left out: where Quire has it.
 * @param options.retry When it tries again, as the provider's settings have it; left out: soon. `{}` is as published.
 */
export function joinWithHocuspocus(
  url: string,
  name: string,
  options: {
    token?: string | (() => Promise<string>);
    doc?: Y.Doc;
    path?: string;
    retry?: { readonly delay?: number; readonly minDelay?: number; readonly maxDelay?: number };
  } = {},
): HocuspocusPerson {
  const doc = options.doc ?? new Y.Doc();
  const socket = new HocuspocusProviderWebsocket({
    url: `${url}${options.path ?? '/collab'}`,
    WebSocketPolyfill: QuietWebSocket,
    ...(options.retry ?? SOON),
  });
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name,
    document: doc,
    token: options.token ?? '',
  });
  provider.attach();
  return {
    doc,
    provider,
    socket,
    leave() {
      provider.destroy();
      socket.destroy();
    },
  };
}

/** @param options.path Where the dialect is spoken; left out: where Quire has it. */
export function joinWithYWebsocket(
  url: string,
  name: string,
  options: { token?: string; doc?: Y.Doc; path?: string } = {},
): Person<WebsocketProvider> {
  const doc = options.doc ?? new Y.Doc();
  const provider = new WebsocketProvider(`${url}${options.path ?? '/yjs'}`, name, doc, {
    WebSocketPolyfill: QuietWebSocket as never, // ws has all that the provider uses of the browser's class
    disableBc: true,
    params: options.token === undefined ? {} : { token: options.token },
  });
  return {
    doc,
    provider,
    leave() {
      provider.destroy();
      // The provider leaves its timer running, which keeps a process alive.
      provider.awareness.destroy();
    },
  };
}
