import { createElement, type ReactElement, type ReactNode, useEffect, useMemo } from 'react';
import type { Client, ConnectOptions, TokenRequest } from '../api.ts';
import { connect } from '../connect.ts';
import { borrowClient, createClientSource } from './client-source.ts';
import { ClientContext } from './contexts.ts';
import { useLatest } from './use-latest.ts';

export interface QuireProviderProps extends ConnectOptions {
  /** Of your own making, and yours to close; then nothing else is needed. */
  readonly client?: Client | undefined;
  readonly children?: ReactNode;
}

/**
 * Gives the components below it one client, and so one socket. It connects with the first room, and closes once it is
 * unmounted for good and what was written is saved. Another `url`, `offline`, `transport` or `WebSocket` makes another client; of
 * `token` and `getToken` the newest is asked on every connection. When somebody else signs in, give it another `key`.
 *
 * @example
 * <QuireProvider url="ws://localhost:8080" getToken={fetchToken}>
 *   <App />
 * </QuireProvider>
 */
export function QuireProvider(props: QuireProviderProps): ReactElement {
  const { client, url, token, getToken, offline, transport, WebSocket, children } = props;
  const access = useLatest({ token, getToken });
  const source = useMemo(() => {
    if (client !== undefined) return borrowClient(client);
    const askToken = async (request: TokenRequest) => {
      const newest = access.current;
      return newest.getToken === undefined ? (newest.token ?? '') : newest.getToken(request);
    };
    return createClientSource(() => connect({ url, offline, transport, WebSocket, getToken: askToken }));
  }, [client, url, offline, transport, WebSocket, access]);
  useEffect(() => source.hold(), [source]);
  return createElement(ClientContext.Provider, { value: source }, children);
}
