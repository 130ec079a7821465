import { type CloseCode, closeCodes } from '@quire/protocol';
import { z } from 'zod';
import { type Access, AccessError } from '../authenticator.ts';
import { readClaims } from '../claims.ts';

/** What a backend says of somebody. */
export type Answer =
  | { readonly kind: 'allowed'; readonly access: Access; readonly expiresAt: number }
  /** @property reason for the audit log */
  | { readonly kind: 'refused'; readonly closeCode: CloseCode; readonly reason: string };

/** Why there is no answer: `failed` and `timed-out` are troubles of the backend; `malformed` may be that of one person. */
export type Silence = 'failed' | 'timed-out' | 'malformed';

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly kind: Silence;

  constructor(kind: Silence, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** What came back. */
export interface Reply {
  readonly status: number;
  /** Null when it is too long to be an answer. */
  readonly text: string | null;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** @throws {NoAnswer} */
export function readAnswer(reply: Reply): Answer {
  const { status, text } = reply;
  switch (status) {
    case 200:
      return readAllowed(reply);
    case 401:
      return { kind: 'refused', closeCode: closeCodes.unauthorized, reason: readReason(text, status) };
    case 403:
      return { kind: 'refused', closeCode: closeCodes.forbidden, reason: readReason(text, status) };
    default:
      throw new NoAnswer('failed', `it answered ${status}, where 200, 401 and 403 are answers`);
  }
}

function readAllowed({ text, askedAt, answeredAt }: Reply): Answer {
  if (text === null) throw new NoAnswer('malformed', 'its answer is too long');
  const claims = parseJson(text);
  // Unless it says when it was issued, an answer is as old as its question, for whoever voids what is older than something.
  const access = readAccess(typeof claims === 'object' ? { iat: askedAt / 1000, ...claims } : claims);
  const expiresAt = access.expiresAt ?? answeredAt;
  if (expiresAt > answeredAt) return { kind: 'allowed', access, expiresAt };
  return { kind: 'refused', closeCode: closeCodes.unauthorized, reason: 'what the backend allows has ended ("exp")' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NoAnswer('malformed', 'it answered 200 with what is not JSON', { cause });
  }
}

function readAccess(claims: unknown): Access {
  try {
    return readClaims(claims);
  } catch (cause) {
    if (!(cause instanceof AccessError)) throw cause;
    throw new NoAnswer('malformed', `it answered 200, but ${cause.message}`, { cause });
  }
}

const MAX_REASON_LENGTH = 200;
const refusalSchema = z.object({ reason: z.string() });

/** Its own words, on one line; a log is read by people and programs that take a line for an entry. */
function readReason(text: string | null, status: number): string {
  try {
    const { reason } = refusalSchema.parse(JSON.parse(text ?? ''));
    const line = reason.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
    if (line !== '') return `the backend says: ${line.slice(0, MAX_REASON_LENGTH)}`;
  } catch {
    // It need not give one.
  }
  return `the backend answered ${status}`;
}
