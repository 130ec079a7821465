import type { CloseCode, DocumentName, Role } from '@quire/protocol';

export interface Identity {
  /** Stable id of the person; empty when nobody is known. Written into history as the author of their edits. */
  readonly id: string;
  /** Shown to others; null: their id is. Of somebody who is known it is the only name that they go by. */
  readonly name: string | null;
  /** `#rrggbb`; left out, the client chooses. */
  readonly color?: string | undefined;
  /** Address of a picture. */
  readonly avatar?: string | undefined;
}

/** Whom credentials stand for, and for how long. */
export interface Bearer {
  readonly user: Identity;
  /** Milliseconds since 1970; null for what does not expire. */
  readonly expiresAt: number | null;
  /**
   * When they were issued, in milliseconds since 1970: a revocation voids those that were issued before it. Left out, they
   * count as issued before everything. Whoever finds out anew each time what somebody may do gives the time of its answer.
   */
  readonly issuedAt?: number | undefined;
  /** What they can be revoked by, one at a time: the `jti` of a JSON Web Token. */
  readonly tokenId?: string | undefined;
  /** The id of the share link that they are; with it the other two are not needed. */
  readonly link?: string | undefined;
}

/**
 * So long before that the bearer is asked for fresh credentials, for the first time; an authenticator that remembers its
 * answers looks anew from then on, or the fresh ones would end as soon.
 */
export const RENEWAL_LEAD_MS = 30_000;

/** What somebody may do, in every document. */
export interface Access extends Bearer {
  /** Null: this document is none of their business. */
  roleIn(document: DocumentName): Role | null;
  /** `owner` of every document there is and will be: they also say whose access is revoked. Left out: they are not. */
  readonly ownsAll?: boolean | undefined;
}

/** What somebody may do where one connection leads: to a document, or to the comments on one. */
export interface Grant extends Bearer {
  /** In the document, also where the connection leads to its comments. */
  readonly role: Role;
  readonly canWrite: boolean;
}

/** The word of the Hocuspocus dialect for it. */
export function scopeOf({ canWrite }: Grant): 'read-write' | 'readonly' {
  return canWrite ? 'read-write' : 'readonly';
}

/** Longer than any token that a person's grants make sense in: what is longer, no authenticator is asked about. */
export const MAX_TOKEN_LENGTH = 64 * 1024;

export interface AuthRequest {
  /**
   * As the client sent it: in a message, as a bearer token, or as `token` in the query; empty when it sent none. Cookies
   * are among the headers, and to be believed only where the page that asks is trusted with them.
   */
  readonly token: string;
  /** Which document it is about, also when somebody asks for its comments; null when it is about several. */
  readonly document: DocumentName | null;
  readonly remoteAddress: string;
  readonly headers: Headers;
  readonly url: URL;
}

/**
 * Decides who may do what. Asked once for every document connection, before anything is loaded, again for every fresh
 * token that is sent on one, and for every request to the HTTP API.
 */
export interface Authenticator {
  /** @throws {AccessError} to refuse; anything else is a failure of the server and may be retried */
  authenticate(request: AuthRequest): Promise<Access>;
}

/** A refusal, with the close code that a client of this connection gets. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly closeCode: CloseCode;

  /** @param detail for the audit log: why, in words that the client is not told */
  constructor(closeCode: CloseCode, detail: string = closeCode.reason, options?: ErrorOptions) {
    super(detail, options);
    this.closeCode = closeCode;
  }
}

/** Somebody of whom nothing is known. They name themselves. */
export const NOBODY: Identity = { id: '', name: null };

/**
 * The same role in every document.
 *
 * @example
 * const authenticator = { authenticate: async ({ token }) => allow(token === SECRET ? 'editor' : 'reader') };
 */
export function allow(role: Role, user: Identity = NOBODY): Access {
  return { user, expiresAt: null, roleIn: () => role, ownsAll: role === 'owner' };
}

/** Everybody may do everything: for a first try on loopback. Guests choose their own names. */
export function createOpenAuthenticator(): Authenticator {
  const access = allow('owner');
  return { authenticate: () => Promise.resolve(access) };
}
