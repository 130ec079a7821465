/** Where the server has the state of a document as a download. */
export interface StatePlace {
  readonly url: string;
  readonly fetch: typeof fetch;
}

export function requestState(
  { fetch, url }: StatePlace,
  method: 'GET' | 'HEAD',
  request: { readonly token: string; readonly headers?: Record<string, string>; readonly signal?: AbortSignal },
): Promise<Response> {
  const { headers = {}, signal = null, token } = request;
  return fetch(url, {
    method,
    headers: token === '' ? headers : { ...headers, authorization: `Bearer ${token}` },
    cache: 'no-store',
    credentials: 'include',
    signal,
  });
}
