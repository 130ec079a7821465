import {
  closeCodes,
  type DocumentAddress,
  type DocumentName,
  EVERY_DOCUMENT,
  includesRole,
  mayWrite,
  parseDocumentAddress,
  type Role,
} from '@quire/protocol';
import type { Logger } from '../observability/log.ts';
import type { AccessMeters } from '../observability/metrics/access-meters.ts';
import { type Access, AccessError, type Authenticator, type AuthRequest, type Grant } from './authenticator.ts';
import { lasting, type Standing } from './standing.ts';

export interface DocumentRequest extends AuthRequest {
  readonly document: DocumentName;
}

/** Stands at every door, asks the authenticator, and writes down whom it turned away and why. */
export interface Guard {
  /**
   * Lets somebody into a document, or to the comments on it, who may do in the document at least what `needed` may.
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
  /**
   * Lets somebody do what concerns everybody: who owns every document, and says so.
   *
   * @throws {AccessError} as `admit`
   */
  admitOwnerOfAll(request: AuthRequest): Promise<Access>;
}

export interface GuardOptions {
  /** What voids access before its time. Left out: nothing. */
  readonly standing?: Pick<Standing, 'findEnd'>;
  /** Left out: nothing is counted. */
  readonly meters?: AccessMeters | null;
}

/** @param log of its own: who was refused, as an auditor reads it */
export function createGuard(authenticator: Authenticator, log: Logger, options: GuardOptions = {}): Guard {
  const { standing = lasting, meters = null } = options;

  async function identify(request: AuthRequest): Promise<Access> {
    try {
      return await authenticate(request);
    } catch (error) {
      if (!(error instanceof AccessError)) throw failureOf(error, request.document);
      if (error.closeCode.retry === 'backoff') log.error({ err: error, document: request.document }, error.message);
      else noteRefusal(request, error, null);
      throw error;
    }
  }

  async function authenticate(request: AuthRequest): Promise<Access> {
    const access = await authenticator.authenticate(request);
    const end = standing.findEnd(access);
    if (end === null) return access;
    throw new AccessError(end, `${describeBearer(access)} was revoked`);
  }

  function noteRefusal({ document, remoteAddress }: AuthRequest, error: AccessError, user: string | null): void {
    const { closeCode, message } = error;
    meters?.refused(closeCode);
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
      const address = parseDocumentAddress(request.document);
      const about = askAbout(request, address);
      const access = await identify(about);
      const role = roleOf(access, about);
      if (role !== null && includesRole(role, needed)) {
        const { user, expiresAt, issuedAt, tokenId, link } = access;
        return { role, canWrite: mayWrite(role, address), user, expiresAt, issuedAt, tokenId, link };
      }
      const why = role === null ? 'no grant covers the document' : `${role} is less than ${needed}`;
      const refusal = new AccessError(closeCodes.forbidden, why);
      noteRefusal(about, refusal, access.user.id);
      throw refusal;
    },
    async admitOwnerOfAll(request) {
      const access = await identify(request);
      if (access.ownsAll === true) return access;
      const refusal = new AccessError(closeCodes.forbidden, `this needs the role owner for "${EVERY_DOCUMENT}"`);
      noteRefusal(request, refusal, access.user.id);
      throw refusal;
    },
  };
}

/** No grant names comments: whoever asks for them is judged by what they may do in the document. */
function askAbout(request: DocumentRequest, { kind, document }: DocumentAddress): DocumentRequest {
  return kind === 'document' ? request : { ...request, document };
}

function describeBearer({ user, tokenId, link }: Access): string {
  if (link !== undefined) return `link ${link}`;
  return tokenId === undefined ? `what was issued to "${user.id}"` : `token "${tokenId}" of "${user.id}"`;
}
