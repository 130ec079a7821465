import { SignJWT } from 'jose';

export const SECRET = 'a secret of the tests that is long enough';

export interface TokenClaims {
  readonly sub?: string;
  readonly name?: string;
  /** Seconds from now; negative: in the past. */
  readonly expiresIn?: number;
  readonly grants?: readonly { readonly documents: string | readonly string[]; readonly role: string }[];
  readonly [claim: string]: unknown;
}

/** A token as a customer's backend would make it: for Ada, an editor of everything, for an hour. */
export function signToken(
  { expiresIn = 3600, ...claims }: TokenClaims = {},
  { secret = SECRET, algorithm = 'HS256' }: { readonly secret?: string; readonly algorithm?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const defaults = { sub: 'ada', iat: now, exp: now + expiresIn, grants: [{ documents: '**', role: 'editor' }] };
  return new SignJWT({ ...defaults, ...claims })
    .setProtectedHeader({ alg: algorithm })
    .sign(new TextEncoder().encode(secret));
}
