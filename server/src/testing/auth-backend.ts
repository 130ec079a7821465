import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A secret for questions, as `openssl rand -base64 32` prints them. */
export const WEBHOOK_SECRET = 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgb2YgMzIgYnl0ZXM=';

/** A question as it arrived. */
export interface Asked {
  readonly token: string | null;
  readonly cookie: string | null;
  readonly address: string;
  readonly origin: string | null;
  /** What was signed. */
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

type Respond = (asked: Asked, response: ServerResponse) => void;

/** The backend of somebody who uses Quire: an HTTP server on loopback that is asked who people are. */
export interface AuthBackend {
  readonly url: string;
  /** Every question so far. */
  readonly asked: readonly Asked[];
  /** Answers the next questions, and those after them. */
  respond: Respond;
  close(): Promise<void>;
}

export async function startAuthBackend(respond: Respond): Promise<AuthBackend> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    for await (const chunk of request) body += chunk;
    const question: Asked = { ...JSON.parse(body), body, headers: request.headers };
    asked.push(question);
    backend.respond(question, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const backend: AuthBackend = {
    url: `http://127.0.0.1:${port}/who`,
    asked,
    respond,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return backend;
}

export interface Allowed {
  readonly sub?: string;
  /** Seconds since 1970; left out: an hour from now. */
  readonly exp?: number;
  readonly grants?: readonly { readonly documents: string; readonly role: string }[];
  readonly [claim: string]: unknown;
}

/** Answers that the token is a person's id, an editor of everything unless `claims` say otherwise. */
export function allowing(claims: Allowed = {}, now: () => number = Date.now): Respond {
  return ({ token, cookie }, response) => {
    const defaults = { sub: token ?? cookie, exp: Math.floor(now() / 1000) + 3600 };
    const grants = [{ documents: '**', role: 'editor' }];
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ ...defaults, grants, ...claims }));
  };
}

export function answering(status: number, body = ''): Respond {
  return (_, response) => {
    response.statusCode = status;
    response.end(body);
  };
}

/** Takes questions, and says nothing. */
export const staysSilent: Respond = () => {};
