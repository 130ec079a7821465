import type { CloseCode, DocumentName, Role } from '@quire/protocol';

export interface Identity {
  /** Stable id of the person; empty when nobody is known. Written into history as the author of their edits. */
  readonly id: string;
  /** Shown to others; null lets the client choose. */
  readonly name: string | null;
}

export interface Grant {
  readonly role: Role;
  readonly user: Identity;
}

export interface AuthRequest {
  /** As the client sent it; empty when it sent none. */
  readonly token: string;
  readonly document: DocumentName;
  readonly remoteAddress: string;
  readonly headers: Headers;
  readonly url: URL;
}

/** Decides who may do what with a document. Asked once for every document connection, before anything is loaded. */
export interface Authenticator {
  /** @throws {AccessError} to refuse; anything else is a failure of the server and may be retried */
  authenticate(request: AuthRequest): Promise<Grant>;
}

/** A refusal, with the close code that a client of this connection gets. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly closeCode: CloseCode;

  constructor(closeCode: CloseCode) {
    super(closeCode.reason);
    this.closeCode = closeCode;
  }
}

/** Everybody may edit everything: for a first try on loopback. Guests choose their own names. */
export function createOpenAuthenticator(): Authenticator {
  const grant: Grant = { role: 'editor', user: { id: '', name: null } };
  return { authenticate: () => Promise.resolve(grant) };
}
