import { closeCodes, type DocumentName, includesRole, type Role } from '@quire/protocol';
import type { Logger } from '../observability/log.ts';
import {
  type Access,
  AccessError,
  type Authenticator,
  type AuthRequest,
  type Grant,
  MAX_TOKEN_LENGTH,
} from './authenticator.ts';
import { findSentToken, withToken } from './find-token.ts';

export interface DocumentRequest extends AuthRequest {
  readonly document: DocumentName;
}

/** Stands at every door, asks the authenticator, and writes down whom it turned away and why. */
export interface Guard {
  /**
   * Lets somebody into a document who may do there at least what `needed` may.
   *
   * @throws {AccessError} `unauthorized`, `forbidden`, `auth-unavailable` or whatever the authenticator refuses with;
   * `internal-error` when it failed
   */
  admit(request: DocumentRequest, needed: Role): Promise<Grant>;
  /**
   * What somebody may do, document by document.
   *
   * @throws {AccessError} as `admit`
   */
  identify(request: AuthRequest): Promise<Access>;
}

/** @param log of its own: who was refused, as an auditor reads it */
export function createGuard(authenticator: Authenticator, log: Logger): Guard {
  async function identify(request: AuthRequest): Promise<Access> {
    try {
      // In a message, that is: URL and headers are no longer than Node takes them.
      if (request.token.length > MAX_TOKEN_LENGTH) {
        throw new AccessError(closeCodes.unauthorized, 'the token is far too long');
      }
      return await authenticator.authenticate(withToken(request, findSentToken));
    } catch (error) {
      if (!(error instanceof AccessError)) throw failureOf(error, request.document);
      if (error.closeCode.retry === 'backoff') log.error({ err: error, document: request.document }, error.message);
      else noteRefusal(request, error, null);
      throw error;
    }
  }

  function noteRefusal({ document, remoteAddress }: AuthRequest, error: AccessError, user: string | null): void {
    const { closeCode, message } = error;
    log.warn(
      { event: 'refused', code: closeCode.name, document, user, address: remoteAddress, why: message },
      'refused',
    );
  }

  function roleOf(access: Access, { document }: DocumentRequest): Role | null {
    try {
      return access.roleIn(document);
    } catch (error) {
      throw failureOf(error, document);
    }
  }

  function failureOf(error: unknown, document: DocumentName | null): AccessError {
    log.error({ err: error, document }, 'the authenticator failed');
    return new AccessError(closeCodes.internalError, 'the authenticator failed', { cause: error });
  }

  return {
    identify,
    async admit(request, needed) {
      const access = await identify(request);
      const role = roleOf(access, request);
      if (role !== null && includesRole(role, needed)) {
        return { role, user: access.user, expiresAt: access.expiresAt };
      }
      const why = role === null ? 'no grant covers the document' : `${role} is less than ${needed}`;
      const refusal = new AccessError(closeCodes.forbidden, why);
      noteRefusal(request, refusal, access.user.id);
      throw refusal;
    },
  };
}
