import {
  closeCodes,
  compilePattern,
  type DocumentName,
  documentPatternSchema,
  EVERY_DOCUMENT,
  MAX_USER_ID_LENGTH,
  type Role,
  roles,
} from '@quire/protocol';
import { z } from 'zod';
import { type Access, AccessError } from './authenticator.ts';

const MAX_GRANTS = 1_000;
const MAX_NAME_LENGTH = 100;
const MAX_URL_LENGTH = 2_000;

/** Which documents, and what may be done with them. */
export const grantClaimSchema = z.object({
  documents: z.union([documentPatternSchema, z.array(documentPatternSchema).min(1).max(MAX_GRANTS)]),
  role: z.enum(roles),
});
type GrantClaim = z.infer<typeof grantClaimSchema>;

const text = (maxLength: number) =>
  z.string().min(1, 'must not be empty').max(maxLength, `must have at most ${maxLength} characters`);

/** So many seconds after 1970 nobody will be signed in; it is what milliseconds look like. */
const NO_SECONDS = 1e12;

/** What a token says, as far as we read it: the registered claims of RFC 7519, `name` and `picture` of OpenID Connect, and our own `color` and `grants`. */
export const claimsSchema = z.object({
  sub: text(MAX_USER_ID_LENGTH),
  name: z.string().trim().pipe(text(MAX_NAME_LENGTH)).optional(),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #7c3aed')
    .optional(),
  picture: z
    .url({ protocol: /^https?$/ })
    .max(MAX_URL_LENGTH)
    .optional(),
  /** Seconds since 1970. */
  exp: z.number().max(NO_SECONDS, 'must be in seconds since 1970, not in milliseconds'),
  iat: z.number().optional(),
  jti: z.string().optional(),
  grants: z.array(grantClaimSchema).max(MAX_GRANTS, `must be at most ${MAX_GRANTS}`),
});
export type Claims = z.infer<typeof claimsSchema>;

/**
 * @param claims of a token whose signature and times were found right
 * @throws {AccessError} when they are not of our shape, saying which claim is at fault
 */
export function readClaims(claims: unknown): Access {
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new AccessError(closeCodes.unauthorized, `the claims are not as they should be: ${faults.join('; ')}`);
  }
  const { sub, name, color, picture, exp, iat, jti, grants } = parsed.data;
  return {
    user: { id: sub, name: name ?? null, color, avatar: picture },
    expiresAt: exp * 1000,
    issuedAt: iat === undefined ? undefined : iat * 1000,
    tokenId: jti,
    roleIn: readGrants(grants),
    ownsAll: grants.some(ownsEverything),
  };
}

/** It says so in as many words: of other patterns nobody knows what they leave out. */
function ownsEverything({ documents, role }: GrantClaim): boolean {
  return role === 'owner' && [documents].flat().includes(EVERY_DOCUMENT);
}

/** The highest role of all grants that name the document. */
function readGrants(grants: readonly GrantClaim[]): (document: DocumentName) => Role | null {
  const highestFirst = grants
    .flatMap(({ documents, role }) => [documents].flat().map((pattern) => ({ role, covers: compilePattern(pattern) })))
    .sort((one, other) => roles.indexOf(other.role) - roles.indexOf(one.role));
  return (document) => highestFirst.find(({ covers }) => covers(document))?.role ?? null;
}
