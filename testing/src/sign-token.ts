import { createHmac, randomBytes } from 'node:crypto';
import type { Role } from '@quire/protocol';

/** A role for every document, or roles for patterns of names, such as `{ 'team/**': 'editor' }`. */
export type Grants = Role | Readonly<Record<string, Role>>;

export interface Bearer {
  /** Their id, the author of their edits. Left out: `somebody`. */
  readonly user?: string;
  /** As others see them. Left out: their id. */
  readonly name?: string;
  /** From now on. Left out: an hour. Less than nothing: it has ended. */
  readonly expiresInSeconds?: number;
  /** What it alone can be revoked by. */
  readonly id?: string;
}

const EVERY_DOCUMENT = '**';
const HOUR_SECONDS = 3600;
const SECRET_BYTES = 32;

export function inventSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64');
}

/** A token as a customer's backend would make it (HS256). */
export function signToken(secret: string, grants: Grants, bearer: Bearer = {}): string {
  const { user = 'somebody', name, expiresInSeconds = HOUR_SECONDS, id } = bearer;
  const issuedAt = Math.floor(Date.now() / 1000);
  const roles = typeof grants === 'string' ? { [EVERY_DOCUMENT]: grants } : grants;
  const claims = {
    sub: user,
    ...(name === undefined ? {} : { name }),
    ...(id === undefined ? {} : { jti: id }),
    iat: issuedAt,
    exp: issuedAt + expiresInSeconds,
    grants: Object.entries(roles).map(([documents, role]) => ({ documents, role })),
  };
  const unsigned = [{ alg: 'HS256', typ: 'JWT' }, claims].map(encode).join('.');
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
