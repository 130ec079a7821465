import type { Hono } from 'hono';

/** A request as a program makes it; with a body, a POST unless it says otherwise. */
export interface Sent {
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

export function sendJson(api: Hono, path: string, { method, json, headers = {} }: Sent = {}): Promise<Response> {
  return Promise.resolve(
    api.request(`http://docs.example${path}`, {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      headers: { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    }),
  );
}
