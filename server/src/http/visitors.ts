import type { IncomingMessage } from 'node:http';
import { isAllowedOrigin, isTrustedHost, type OriginClaim, type OriginPolicy } from './origins.ts';

export interface Refusal {
  readonly status: 403 | 503;
  readonly problem: string;
  readonly retryAfterSeconds?: number;
}

/** For whoever asks while the server starts or stops: neither takes long, and asking is cheap. */
export const RETRY_AFTER_SECONDS = 1;

export function readClaim({ headers: { host, origin } }: Pick<IncomingMessage, 'headers'>): OriginClaim {
  return { host, origin };
}

/** Why this page, or whoever asks under this name, may open no session now; null when they may. */
export function findRefusal({ host, origin }: OriginClaim, origins: OriginPolicy, isDraining: boolean): Refusal | null {
  if (isDraining) {
    return { status: 503, problem: 'The server is restarting.', retryAfterSeconds: RETRY_AFTER_SECONDS };
  }
  if (!isTrustedHost(host, origins)) {
    return {
      status: 403,
      problem: 'This server answers on loopback only, not under that name; auth "open" lets it.',
    };
  }
  if (!isAllowedOrigin({ host, origin }, origins)) {
    return { status: 403, problem: 'Pages of this origin may not connect; the setting allowedOrigins lets them.' };
  }
  return null;
}
