import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { Registry } from 'prom-client';
import { isLoopbackHost } from '../../config/hosts.ts';

export interface MetricsRouteOptions {
  readonly registry: Pick<Registry, 'metrics' | 'contentType'>;
  /** Who has it may read; without one, only this machine may. */
  readonly token: string | undefined;
}

/** What the adapter of Node's HTTP server hands over besides the request. */
interface NodeBindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string } };
}

/** Headers with which proxies say that they ask for somebody else. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const NOT_FOUND = 'There is nothing here.\n';

/** `GET /metrics`, for who may see it; for others there is nothing of that name. */
export function createMetricsRoute({ registry, token }: MetricsRouteOptions): Hono<{ Bindings: NodeBindings }> {
  const app = new Hono<{ Bindings: NodeBindings }>();
  app.get('/metrics', async (context) => {
    const { headers } = context.req.raw;
    if (token === undefined) {
      const peer = context.env?.incoming?.socket.remoteAddress;
      if (!isFromHere(peer, headers)) return context.text(NOT_FOUND, 404);
    } else if (!hasToken(headers.get('authorization'), token)) {
      return context.text('This needs the token of the setting metricsToken.\n', 401, { 'WWW-Authenticate': 'Bearer' });
    }
    return context.body(await registry.metrics(), 200, {
      'Content-Type': registry.contentType,
      'Cache-Control': 'no-store',
    });
  });
  return app;
}

/**
 * A peer on loopback may be a proxy that asks for the world, or a browser on a page whose name was pointed here: then
 * headers say so.
 */
function isFromHere(peer: string | undefined, headers: Headers): boolean {
  if (peer === undefined || !isLoopbackHost(peer)) return false;
  if (PROXY_HEADERS.some((name) => headers.has(name))) return false;
  const host = headers.get('host') ?? '';
  if (!URL.canParse(`http://${host}`)) return false;
  return isLoopbackHost(new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''));
}

/** Compares digests, which have one length and whose comparison takes one time. */
function hasToken(authorization: string | null, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
