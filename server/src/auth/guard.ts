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
import type { DocumentBin } from '../bin/document-bin.ts';
import type { AccessMeters } from '../observability/metrics/access-meters.ts';
import type { AuditLog } from './audit-log.ts';
import {
  type Access,
  AccessError,
  type Authenticator,
  type AuthRequest,
  type Grant,
  MAX_TOKEN_LENGTH,
} from './authenticator.ts';
import { findSentToken, withToken } from './find-token.ts';
import { lasting, type Standing } from './standing.ts';

/** Of the reason for a refusal, in the log: it may quote what a stranger sent. */
const MAX_WHY_LENGTH = 500;

/** Asked for as it was sent. */
export interface SentRequest extends AuthRequest {
  /** Whether there may be a token in its URL or headers. Left out: there may. */
  readonly mayCarryToken?: boolean;
}

export interface DocumentRequest extends SentRequest {
  readonly document: DocumentName;
  /** Whose connection it is that brings a fresh token; left out: nobody is in yet. */
  readonly holder?: string;
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
  /** The same for a document that may lie in the bin. @throws {AccessError} as `admit` */
  admitAnyway(request: DocumentRequest, needed: Role): Promise<Grant>;
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

/** Whom it was decided to let in, as far as that is about them. */
interface Decision {
  readonly about: DocumentRequest;
  readonly access: Access;
  readonly grant: Grant;
}

export interface GuardOptions {
  /** What voids access before its time. Left out: nothing. */
  readonly standing?: Pick<Standing, 'findEnd'>;
  /** Which documents nobody can open. Left out: none. */
  readonly bin?: Pick<DocumentBin, 'holdsNow'>;
  /** Left out: nothing is counted. */
  readonly meters?: AccessMeters | null;
}

/** @param log of its own: who was refused, as an auditor reads it */
export function createGuard(authenticator: Authenticator, log: AuditLog, options: GuardOptions = {}): Guard {
  const { bin, standing = lasting, meters = null } = options;
  let lastGrant: Grant | null = null;

  async function identify(request: SentRequest): Promise<Access> {
    try {
      return await authenticate(request);
    } catch (error) {
      if (!(error instanceof AccessError)) throw failureOf(error, request);
      if (error.closeCode.retry === 'backoff') log.error({ err: error, ...describe(request, error) }, error.message);
      else noteRefusal(request, error, null);
      throw error;
    }
  }

  async function authenticate(request: SentRequest): Promise<Access> {
    // In a message, that is: URL and headers are no longer than Node takes them.
    if (request.token.length > MAX_TOKEN_LENGTH) {
      throw new AccessError(closeCodes.unauthorized, 'the token is far too long');
    }
    const isWhole = request.mayCarryToken === false;
    const access = await authenticator.authenticate(isWhole ? request : withToken(request, findSentToken));
    const end = standing.findEnd(access);
    if (end === null) return access;
    throw new AccessError(end, `${describeBearer(access)} was revoked`);
  }

  function describe({ document, remoteAddress }: AuthRequest, { closeCode }: AccessError) {
    return { event: 'refused', code: closeCode.name, document, address: remoteAddress };
  }

  function noteRefusal(request: AuthRequest, error: AccessError, user: string | null): void {
    meters?.refused(error.closeCode);
    log.warn({ ...describe(request, error), user, why: error.message.slice(0, MAX_WHY_LENGTH) }, 'refused');
  }

  function roleOf(access: Access, request: DocumentRequest): Role | null {
    try {
      return access.roleIn(request.document);
    } catch (error) {
      throw failureOf(error, request);
    }
  }

  function failureOf(cause: unknown, request: AuthRequest): AccessError {
    const failure = new AccessError(closeCodes.internalError, 'the authenticator failed', { cause });
    log.error({ err: cause, ...describe(request, failure) }, failure.message);
    return failure;
  }

  function refuse(request: AuthRequest, refusal: AccessError, { user }: Access): never {
    noteRefusal(request, refusal, user.id);
    throw refusal;
  }

  async function admitAnyway(request: DocumentRequest, needed: Role): Promise<Grant> {
    return (await decide(request, needed)).grant;
  }

  async function decide(request: DocumentRequest, needed: Role): Promise<Decision> {
    const address = parseDocumentAddress(request.document);
    const about = askAbout(request, address);
    const access = await identify(about);
    const role = roleOf(access, about);
    if (role === null || !includesRole(role, needed)) {
      const why = role === null ? 'no grant covers the document' : `${role} is less than ${needed}`;
      return refuse(about, new AccessError(closeCodes.forbidden, why), access);
    }
    const { user } = access;
    // Somebody else is somebody new: what the connection has announced and counts for is its holder's.
    if (request.holder !== undefined && request.holder !== user.id) {
      const why = 'the token is not that of whose connection it is';
      return refuse(about, new AccessError(closeCodes.unauthorized, why), access);
    }
    return { about, access, grant: grantOf(access, role, mayWrite(role, address)) };
  }

  /** Of an access that many share each of their connections keeps the same grant. */
  function grantOf({ user, expiresAt, issuedAt, tokenId, link }: Access, role: Role, canWrite: boolean): Grant {
    const grant: Grant = { role, canWrite, user, expiresAt, issuedAt, tokenId, link };
    if (lastGrant === null || !isSameGrant(lastGrant, grant)) lastGrant = grant;
    return lastGrant;
  }

  return {
    identify,
    admitAnyway,
    async admit(request, needed) {
      const { about, access, grant } = await decide(request, needed);
      // Whose business it is not hears no more than before.
      if (await bin?.holdsNow(about.document)) refuse(about, new AccessError(closeCodes.documentInBin), access);
      return grant;
    },
    async admitOwnerOfAll(request) {
      const access = await identify(request);
      if (access.ownsAll === true) return access;
      const why = `this needs the role owner for "${EVERY_DOCUMENT}"`;
      return refuse(request, new AccessError(closeCodes.forbidden, why), access);
    },
  };
}

/** Of the same person: by what is in it, since whoever grants it may use one object for all. */
function isSameGrant(one: Grant, other: Grant): boolean {
  return (
    one.user === other.user &&
    one.role === other.role &&
    one.canWrite === other.canWrite &&
    one.expiresAt === other.expiresAt &&
    one.issuedAt === other.issuedAt &&
    one.tokenId === other.tokenId &&
    one.link === other.link
  );
}

/** No grant names comments: whoever asks for them is judged by what they may do in the document. */
function askAbout(request: DocumentRequest, { kind, document }: DocumentAddress): DocumentRequest {
  return kind === 'document' ? request : { ...request, document };
}

function describeBearer({ user, tokenId, link }: Access): string {
  if (link !== undefined) return `link ${link}`;
  return tokenId === undefined ? `what was issued to "${user.id}"` : `token "${tokenId}" of "${user.id}"`;
}
