import { createHmac } from 'node:crypto';
import type { Random } from '@quire/testing';
import { mutations } from '../frames/mutations.ts';

/** What tokens are written with. */
export interface TokenPen {
  readonly random: Random;
  /** The one that the server has. */
  readonly secret: string;
  /** The most characters that there is room for where it is going. */
  readonly most: number;
}

export interface TokenKind {
  readonly name: string;
  /** Whether it lets its bearer into a document of the run, or must not; null where either may be. */
  readonly admits: boolean | null;
  /** Whether its bearer may write. */
  readonly writes: boolean;
  write(pen: TokenPen): string;
}

/** Where those may write who may write anywhere. */
export const OPEN_DOCUMENTS = 'open/';
/** Where nobody may but the one who began them. */
export const KEPT_DOCUMENTS = 'kept/';
/** Whose access was taken back before anybody came. */
export const REVOKED_USER = 'mallory';

const HOUR_SECONDS = 3600;

type Claims = Readonly<Record<string, unknown>>;

function claim(role: string, documents: unknown = '**'): Claims {
  const now = Math.floor(Date.now() / 1000);
  return { sub: 'eve', iat: now, exp: now + HOUR_SECONDS, grants: [{ documents, role }] };
}

const encode = (value: string): string => Buffer.from(value).toString('base64url');

function signed(secret: string, claims: Claims | string, header: Claims | string = { alg: 'HS256' }): string {
  const parts = [header, claims].map((part) => encode(typeof part === 'string' ? part : JSON.stringify(part)));
  const unsigned = parts.join('.');
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}

/** Of somebody who may write in the documents that are for that, and is a reader elsewhere. */
export function writeEditorToken({ secret }: Pick<TokenPen, 'secret'>, sub = 'eve'): string {
  const grants = [
    { documents: `${OPEN_DOCUMENTS}**`, role: 'editor' },
    { documents: `${KEPT_DOCUMENTS}**`, role: 'reader' },
  ];
  return signed(secret, { ...claim('reader'), sub, name: sub, grants });
}

/** Of somebody who owns everything. */
export function writeOwnerToken(secret: string): string {
  return signed(secret, { ...claim('owner'), sub: 'the operator' });
}

function admitting(name: string, writes: boolean, write: TokenKind['write']): TokenKind {
  return { name, admits: true, writes, write };
}

function refused(name: string, write: TokenKind['write']): TokenKind {
  return { name, admits: false, writes: false, write };
}

/** Signed as it should be, and not as a token should be. */
const wrongClaims: readonly ((pen: TokenPen) => Claims | string)[] = [
  () => ({ ...claim('editor'), sub: 17 }),
  () => ({ ...claim('editor'), sub: '' }),
  () => ({ ...claim('editor'), sub: undefined }),
  () => ({ ...claim('editor'), exp: 'never' }),
  () => ({ ...claim('editor'), exp: undefined }),
  () => ({ ...claim('editor'), exp: Date.now() * 1000 }),
  () => ({ ...claim('editor'), nbf: Math.floor(Date.now() / 1000) + HOUR_SECONDS }),
  () => ({ ...claim('editor'), grants: 'all' }),
  () => ({ ...claim('editor'), grants: { documents: '**', role: 'owner' } }),
  () => claim('admin'),
  () => claim('constructor'),
  () => claim('editor', ''),
  () => claim('editor', []),
  () => ({ ...claim('editor'), grants: Array.from({ length: 1_001 }, () => ({ documents: '*', role: 'reader' })) }),
  () => '[]',
  () => 'null',
  () => '"eve"',
  () => '{"sub":"eve",',
  ({ most }) => '['.repeat(Math.min(4_000, Math.floor(most / 2))),
];

const wrongHeaders: readonly (Claims | string)[] = [
  { alg: 'none' },
  { alg: 'NONE' },
  { alg: 'HS512' },
  { alg: 'RS256' },
  { alg: '__proto__' },
  { alg: ['HS256'] },
  { alg: 'HS256', crit: ['b64'], b64: false },
  { alg: 'HS256', crit: ['x'], x: 1 },
  {},
  '[]',
  'null',
  '{',
  '',
];

/** Everything that somebody may bring for a token. */
export const tokenKinds: readonly TokenKind[] = [
  admitting('a token of an editor', true, (pen) => writeEditorToken(pen)),
  admitting('a token of a reader', false, ({ secret }) => signed(secret, claim('reader'))),
  admitting('a token of a commenter', false, ({ secret }) => signed(secret, claim('commenter'))),
  refused('no token', () => ''),
  refused('a token for other documents', ({ secret }) => signed(secret, claim('owner', 'elsewhere/**'))),
  refused('a token without grants', ({ secret }) => signed(secret, { ...claim('owner'), grants: [] })),
  refused('a token that has expired', ({ secret, random }) => {
    const expired = Math.floor(Date.now() / 1000) - 60 - random.below(1_000_000_000);
    return signed(secret, { ...claim('owner'), iat: expired - HOUR_SECONDS, exp: expired });
  }),
  refused('a token that was revoked', ({ secret }) => signed(secret, { ...claim('owner'), sub: REVOKED_USER, iat: 1 })),
  refused('a token that somebody else has signed', ({ secret }) =>
    signed(secret.split('').reverse().join(''), claim('owner')),
  ),
  refused('a token that nobody has signed', ({ secret }) => signed(secret, claim('owner')).replace(/[^.]*$/, '')),
  refused('a token with the signature of another', ({ secret }) => {
    const [header, , signature] = writeEditorToken({ secret }).split('.');
    return [header, encode(JSON.stringify(claim('owner'))), signature].join('.');
  }),
  refused('a token with a header that is wrong', ({ secret, random }) =>
    signed(secret, claim('owner'), random.pick(wrongHeaders)),
  ),
  refused('a token with claims that are wrong', (pen) => {
    for (;;) {
      const token = signed(pen.secret, pen.random.pick(wrongClaims)(pen));
      if (token.length <= pen.most) return token;
    }
  }),
  refused('a token that is cut off', ({ secret, random }) => {
    const whole = signed(secret, claim('owner'));
    return whole.slice(0, random.below(whole.length - 1));
  }),
  {
    // What was turned may be bits that no decoder reads.
    name: 'a token in which something has changed',
    admits: null,
    writes: false,
    write: ({ secret, random }) => {
      const bytes = Buffer.from(signed(secret, claim('reader')));
      return Buffer.from(random.pick(mutations).mutate(bytes, random)).toString('latin1');
    },
  },
  refused('a signed token of many kilobytes', ({ secret, most }) =>
    signed(secret, { ...claim('owner'), name: 'x'.repeat(Math.floor(most / 2)) }),
  ),
  refused('many kilobytes that are no token', ({ most, random }) => random.pick(['x', '.', 'e30.']).repeat(most / 4)),
  refused(
    'the token of a link that nobody made',
    ({ random }) =>
      `qsl_${random
        .below(2 ** 31)
        .toString(16)
        .padStart(16, '0')}_${'A'.repeat(43)}`,
  ),
  refused('something like the token of a link', ({ random }) =>
    random.pick(['qsl_', 'qsl_0', `qsl_${'f'.repeat(16)}_`, `qsl_${'g'.repeat(16)}_${'A'.repeat(43)}`]),
  ),
];
