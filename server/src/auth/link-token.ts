import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Begins every token of a share link: people, secret scanners and this server tell by it what they have before them. */
export const LINK_TOKEN_PREFIX = 'qsl_';

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const FORM = /^qsl_([0-9a-f]{16})_[\w-]{43}$/;

/** The secret of a share link, and what is kept of it. */
export interface MintedLink {
  readonly id: string;
  /** Shown once. */
  readonly token: string;
  readonly hash: string;
}

export function mintLink(): MintedLink {
  const id = randomBytes(ID_BYTES).toString('hex');
  const token = `${LINK_TOKEN_PREFIX}${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { id, token, hash: digest(token).toString('base64url') };
}

/** Which link a token claims to be of; null when it has not the form of one. */
export function readLinkId(token: string): string | null {
  return FORM.exec(token)?.[1] ?? null;
}

/** Takes the same time for every wrong token, so that nobody feels their way to the right one. */
export function isTokenOf({ hash }: { readonly hash: string }, token: string): boolean {
  const kept = Buffer.from(hash, 'base64url');
  const given = digest(token);
  return kept.length === given.length && timingSafeEqual(kept, given);
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
