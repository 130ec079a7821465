import { roles } from '@quire/protocol';
import { type JWTPayload, SignJWT } from 'jose';
import { type Claims, claimsSchema, grantClaimSchema } from '../auth/claims.ts';
import { ConfigError } from '../config/config-error.ts';
import { reachableAddress } from '../config/hosts.ts';
import { type ConfigSources, loadConfig } from '../config/load-config.ts';
import type { Config } from '../config.ts';

export interface TokenOptions {
  readonly user: string;
  readonly name: string | undefined;
  /** `role:pattern`. */
  readonly grants: readonly string[];
  /** `90s`, `30m`, `8h`, `7d`. */
  readonly expires: string;
  /** Print an address that opens the app with the token in it. */
  readonly link: boolean;
}

/** What was typed, and what it should have been. */
class TokenRequestError extends Error {}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `quire token`: a token for trying, signed as a customer's backend would sign it. Nothing else goes to stdout. */
export async function printToken(sources: ConfigSources, options: TokenOptions): Promise<void> {
  try {
    const config = await loadConfig(sources);
    const token = await mint(config, options);
    process.stdout.write(`${options.link ? `${reachableAddress(config)}/#token=${token}` : token}\n`);
  } catch (error) {
    if (!(error instanceof TokenRequestError || error instanceof ConfigError)) throw error;
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
  }
}

async function mint({ auth, jwt }: Config, options: TokenOptions): Promise<string> {
  const [secret] = jwt.secrets;
  if (secret === undefined) throw new TokenRequestError(describeMissingSecret(auth));
  const now = Math.floor(Date.now() / 1000);
  const unsigned = new SignJWT({ ...readOptions(options, now) }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt(now);
  if (jwt.issuer !== undefined) unsigned.setIssuer(jwt.issuer);
  if (jwt.audience !== undefined) unsigned.setAudience(jwt.audience);
  return unsigned.sign(new TextEncoder().encode(secret));
}

function describeMissingSecret(auth: Config['auth']): string {
  if (auth === 'webhook') {
    return (
      'There is no secret to sign a token with, and none is asked for: webhook.url is asked who somebody is.\n' +
      '  Use what your backend takes for a token.'
    );
  }
  return (
    'There is no secret to sign a token with: set QUIRE_JWT_SECRETS, for "quire serve" too.\n' +
    '  Keys in jwt.keyFile and at jwt.jwksUrl only check tokens; those are signed where their private keys are.'
  );
}

/** Which flag each claim comes from. */
const FLAGS: Readonly<Record<string, string>> = { sub: '--user', name: '--name', grants: '--grant' } satisfies Partial<
  Record<keyof Claims, string>
>;

/** What a server would not take is not signed. */
function readOptions({ user, name, grants, expires }: TokenOptions, now: number): JWTPayload {
  const parsed = claimsSchema.safeParse({
    sub: user,
    ...(name === undefined ? {} : { name }),
    exp: now + readSeconds(expires),
    grants: grants.map(readGrant),
  });
  if (parsed.success) return parsed.data as JWTPayload;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${FLAGS[String(path[0])] ?? path.join('.')} ${message}.`,
  );
  throw new TokenRequestError(faults.join('\n'));
}

function readGrant(text: string): Claims['grants'][number] {
  const separator = text.indexOf(':');
  const grant = { role: text.slice(0, Math.max(separator, 0)), documents: text.slice(separator + 1) };
  const parsed = grantClaimSchema.safeParse(grant);
  if (parsed.success) return parsed.data;
  throw new TokenRequestError(
    `--grant must be a role and a pattern of document names, such as editor:team/**, but is "${text}".\n` +
      `  Roles are ${roles.join(', ')}; * stands for any name within a path, ** for any path.`,
  );
}

function readSeconds(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNIT_SECONDS[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new TokenRequestError(`--expires must be a time such as 90s, 30m, 8h or 7d, but is "${text}".`);
}
