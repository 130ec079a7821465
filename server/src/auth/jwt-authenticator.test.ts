import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentName } from '@quire/protocol';
import { SignJWT, UnsecuredJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { createKeyPair, type KeyProvider, startKeyProvider } from '../testing/key-provider.ts';
import { SECRET, signToken, type TokenClaims } from '../testing/tokens.ts';
import { type Access, AccessError, type Authenticator } from './authenticator.ts';
import { createJwtAuthenticator, type JwtSettings } from './jwt-authenticator.ts';
import { KeyError, readKeys, readSecret } from './jwt-keys.ts';
import { createFixedKeys, type KeySource, openKeyFile } from './key-sources.ts';
import { createPublishedKeys } from './published-keys.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const log = pino({ level: 'silent' });
const NEVER_ASKED = {
  document: 'plan' as DocumentName,
  remoteAddress: '',
  headers: new Headers(),
  url: new URL('http://a'),
};
const GRANTS = [{ documents: '**', role: 'editor' }];

function authenticatorWith(keys: KeySource, settings: Partial<JwtSettings> = {}): Authenticator {
  return createJwtAuthenticator([keys], { clockToleranceSeconds: 0, ...settings }, systemClock);
}

const withSecrets = (...secrets: readonly string[]): KeySource => createFixedKeys(secrets.map(readSecret));

function enter(authenticator: Authenticator, token: string): Promise<Access> {
  return authenticator.authenticate({ ...NEVER_ASKED, token });
}

/** Why somebody is refused: the name of the close code, then the words for the audit log. */
async function refusalOf(authenticator: Authenticator, token: string): Promise<string> {
  try {
    await enter(authenticator, token);
  } catch (error) {
    if (error instanceof AccessError) return `${error.closeCode.name}: ${error.message}`;
    throw error;
  }
  return 'let in';
}

function roleIn(access: Access, name: string) {
  return access.roleIn(name as DocumentName);
}

function signWith(key: KeyObject, header: { readonly alg: string; readonly kid?: string }): Promise<string> {
  return new SignJWT({ grants: GRANTS }).setProtectedHeader(header).setSubject('ada').setExpirationTime('1h').sign(key);
}

describe('[G6] who brings a token', () => {
  it('is whom it names, may do what it grants, and no longer than it says', async () => {
    const authenticator = authenticatorWith(withSecrets(SECRET));
    const token = await signToken({
      name: ' Ada ',
      color: '#7c3aed',
      picture: 'https://id.example/ada.png',
      grants: [
        { documents: 'team/**', role: 'reader' },
        { documents: ['team/plan', 'ada/*'], role: 'owner' },
      ],
    });
    const access = await enter(authenticator, token);
    const avatar = 'https://id.example/ada.png';
    expect(access.user).toEqual({ id: 'ada', name: 'Ada', color: '#7c3aed', avatar });
    expect((access.expiresAt ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    const names = ['team/plan', 'team/other', 'ada/notes', 'ben/notes', 'constructor'];
    expect(names.map((name) => roleIn(access, name))).toEqual(['owner', 'reader', 'owner', null, null]);
  });

  it.each<[string, TokenClaims, RegExp]>([
    ['without a subject', { sub: undefined } as never, /sub/],
    ['without an end', { exp: undefined }, /exp/],
    ['that is over', { expiresIn: -10 }, /exp/],
    ['for later', { nbf: Math.floor(Date.now() / 1000) + 600 }, /nbf/],
    ['without grants', { grants: undefined } as never, /grants/],
    ['with a role that there is not', { grants: [{ documents: '**', role: 'admin' }] }, /grants\.0\.role/],
    ['with a colour that is none', { color: 'red; background: url(x)' }, /color/],
    ['with a picture that is a script', { picture: 'javascript:alert(1)' }, /picture/],
    ['with grants for no pattern', { grants: [{ documents: '', role: 'editor' }] }, /grants\.0\.documents/],
    ['of another issuer', { iss: 'https://other.example' }, /iss/],
    ['for another audience', { iss: 'https://id.example', aud: 'shop' }, /aud/],
  ])('is refused with one %s, and the audit log hears why', async (_, claims, why) => {
    const settings = { issuer: 'https://id.example', audience: 'quire' };
    const authenticator = authenticatorWith(withSecrets(SECRET), settings);
    const token = await signToken({ iss: 'https://id.example', aud: ['quire', 'shop'], ...claims });
    const refusal = await refusalOf(authenticator, token);
    expect(refusal).toMatch(/^unauthorized: /);
    expect(refusal).toMatch(why);
  });

  it('is refused without one, and with what is none', async () => {
    const authenticator = authenticatorWith(withSecrets(SECRET));
    const texts = ['', 'x', 'a.b.c', `${'e'.repeat(70_000)}.a.b`, '..', 'eyJhbGciOiJIUzI1NiJ9..', '\u{1f600}'];
    for (const text of texts) expect(await refusalOf(authenticator, text)).toMatch(/^unauthorized: /);
  });

  it.each([[null], [7], [true], [['only']], [{ of: 'only' }]])(
    'is refused with one that names its key by what is no text: %j',
    async (kid) => {
      const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url');
      const [, claims = ''] = (await signToken()).split('.');
      const signature = createHmac('sha256', SECRET).update(`${header}.${claims}`).digest('base64url');
      const authenticator = authenticatorWith(withSecrets(SECRET));
      const refusal = await refusalOf(authenticator, `${header}.${claims}.${signature}`);
      expect(refusal).toBe('unauthorized: the token names its key by what is no text');
    },
  );

  it('may have a clock that is a little off, where that is allowed', async () => {
    const token = await signToken({ expiresIn: -10 });
    const strict = authenticatorWith(withSecrets(SECRET));
    const tolerant = authenticatorWith(withSecrets(SECRET), { clockToleranceSeconds: 30 });
    expect(await refusalOf(strict, token)).toContain('unauthorized');
    expect(await refusalOf(tolerant, token)).toBe('let in');
  });
});

function generateKeys(type: string, options: object | undefined): { publicKey: KeyObject; privateKey: KeyObject } {
  // Overloaded for each type of key, which a table of them can't follow.
  return (generateKeyPairSync as (type: string, options?: object) => { publicKey: KeyObject; privateKey: KeyObject })(
    type,
    options,
  );
}

describe('[G6] a signature', () => {
  it('counts with any of the secrets, so that they can be changed one after the other', async () => {
    const [old, next] = ['the secret of last year, and long', 'the secret of this year, and long'];
    const rotating = authenticatorWith(withSecrets(next, old));
    expect(await refusalOf(rotating, await signToken({}, { secret: old }))).toBe('let in');
    expect(await refusalOf(rotating, await signToken({}, { secret: next, algorithm: 'HS384' }))).toBe('let in');
    const rotated = authenticatorWith(withSecrets(next));
    expect(await refusalOf(rotated, await signToken({}, { secret: old }))).toMatch(/signature/);
  });

  it.each([
    ['RS256', 'rsa', { modulusLength: 2048 }],
    ['PS256', 'rsa', { modulusLength: 2048 }],
    ['ES256', 'ec', { namedCurve: 'prime256v1' }],
    ['ES384', 'ec', { namedCurve: 'secp384r1' }],
    ['EdDSA', 'ed25519', undefined],
  ] as const)('of %s is checked with a public key from PEM, or from a JWK', async (alg, type, options) => {
    const { publicKey, privateKey } = generateKeys(type, options);
    const other = generateKeys(type, options);
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const jwks = JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] });
    for (const text of [pem, jwks]) {
      const authenticator = authenticatorWith(createFixedKeys(readKeys(text)));
      expect(await refusalOf(authenticator, await signWith(privateKey, { alg }))).toBe('let in');
      expect(await refusalOf(authenticator, await signWith(other.privateKey, { alg }))).toMatch(/signature/);
    }
  });

  it('made with a public key as if it were a secret is none', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const authenticator = authenticatorWith(createFixedKeys(readKeys(pem)));
    const forged = await signToken({}, { secret: pem });
    expect(await refusalOf(authenticator, forged)).toBe('unauthorized: no key is for tokens of "HS256"');
  });

  it('that is missing is missed', async () => {
    const authenticator = authenticatorWith(withSecrets(SECRET));
    const unsigned = new UnsecuredJWT({ grants: GRANTS }).setSubject('ada').setExpirationTime('1h').encode();
    expect(await refusalOf(authenticator, unsigned)).toBe('unauthorized: no key is for tokens of "none"');
  });
});

describe('a file of keys', () => {
  it('is read again when it changes, and whoever holds an old token is refused from then on', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quire-keys-'));
    ends.push(() => rm(directory, { recursive: true }));
    const path = join(directory, 'keys');
    const [old, next] = ['the secret of last year, and long', 'the secret of this year, and long'];
    let nowMs = 0;
    const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
    const put = async (text: string, second: number): Promise<void> => {
      await writeFile(path, text);
      await utimes(path, second, second);
      nowMs += 1_000;
    };
    await put(`${old}\n`, 1);
    const authenticator = authenticatorWith(await openKeyFile(path, clock, log));
    const [oldToken, nextToken] = [await signToken({}, { secret: old }), await signToken({}, { secret: next })];
    const judge = async () => [await refusalOf(authenticator, oldToken), await refusalOf(authenticator, nextToken)];
    expect(await judge()).toEqual(['let in', expect.stringContaining('signature')]);
    await put(`${next}\n${old}\n`, 2);
    expect(await judge()).toEqual(['let in', 'let in']);
    await put('short\n', 3);
    expect(await judge()).toEqual(['let in', 'let in']);
    await rm(path);
    nowMs += 1_000;
    expect(await judge()).toEqual(['let in', 'let in']);
    await put(`${next}\n`, 4);
    expect(await judge()).toEqual([expect.stringContaining('signature'), 'let in']);
  });

  const { privateKey } = generateKeyPairSync('ed25519');
  it.each([
    ['a secret that is too short', 'short', '32 bytes'],
    ['nothing', ' \n ', 'no key'],
    ['broken JSON', '{ "keys": ', 'not JSON'],
    ['no list of keys', '{ "keys": 1 }', 'list of JWKs'],
    ['a key that is none', '{ "keys": [{ "kty": "RSA" }] }', 'no public key'],
    [
      'a key for something else',
      '{ "keys": [{ "kty": "oct", "k": "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE", "alg": "RS256" }] }',
      'RS256',
    ],
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'private key'],
    ['a broken PEM', '-----BEGIN PUBLIC KEY-----\nnot base64\n-----END PUBLIC KEY-----', 'no public key'],
  ])('with %s is refused in words', (_, text, words) => {
    expect(() => readKeys(text)).toThrow(KeyError);
    expect(() => readKeys(text)).toThrow(words);
  });
});

describe('keys that an identity provider publishes', () => {
  async function startProvider(): Promise<KeyProvider> {
    const provider = await startKeyProvider();
    ends.push(() => provider.close());
    return provider;
  }

  it('are fetched once, and again when a token names one that is not known', async () => {
    const provider = await startProvider();
    const [first, second] = [createKeyPair('first'), createKeyPair('second')];
    provider.keys = [first.jwk];
    const keys = createPublishedKeys(provider.url, systemClock, log, { cooldownMs: 0 });
    ends.push(() => keys.close());
    const authenticator = authenticatorWith(keys);
    const firstToken = await signWith(first.privateKey, { alg: 'ES256', kid: 'first' });
    expect(await refusalOf(authenticator, firstToken)).toBe('let in');
    expect(await refusalOf(authenticator, firstToken)).toBe('let in');
    expect(provider.requests).toBe(1);
    provider.keys = [first.jwk, second.jwk];
    const secondToken = await signWith(second.privateKey, { alg: 'ES256', kid: 'second' });
    expect(await refusalOf(authenticator, secondToken)).toBe('let in');
    expect(provider.requests).toBe(2);
    const stranger = createKeyPair('third');
    const strange = await signWith(stranger.privateKey, { alg: 'ES256', kid: 'third' });
    expect(await refusalOf(authenticator, strange)).toMatch(/^unauthorized: /);
  });

  it('that can not be had are no fault of the token: who comes may try again', async () => {
    const provider = await startProvider();
    const { jwk, privateKey } = createKeyPair('only');
    provider.keys = [jwk];
    provider.isAway = true;
    const keys = createPublishedKeys(provider.url, systemClock, log, { cooldownMs: 0 });
    ends.push(() => keys.close());
    const authenticator = authenticatorWith(keys);
    const token = await signWith(privateKey, { alg: 'ES256', kid: 'only' });
    expect(await refusalOf(authenticator, token)).toMatch(/^auth-unavailable: /);
    provider.isAway = false;
    expect(await refusalOf(authenticator, token)).toBe('let in');
  });

  it.each([204, 205, 304])('that a provider has no words for (%i) are as if it was away', async (status) => {
    const provider = await startProvider();
    provider.status = status;
    const keys = createPublishedKeys(provider.url, systemClock, log);
    ends.push(() => keys.close());
    await expect(keys.find({ alg: 'ES256', kid: 'only' })).rejects.toThrow('Expected 200 OK');
  });

  it('that do not come in time, though their provider has begun, are said to be late', async () => {
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    ends.push(() => timeout.mockRestore());
    const provider = await startProvider();
    provider.isStalled = true;
    const keys = createPublishedKeys(provider.url, systemClock, log);
    ends.push(() => keys.close());
    const late = expect(keys.find({ alg: 'ES256', kid: 'only' })).rejects.toMatchObject({ code: 'ERR_JWKS_TIMEOUT' });
    await expect.poll(() => provider.requests).toBe(1);
    limit.abort(new DOMException('too late', 'TimeoutError'));
    await late;
  });

  it('stay while the provider is away, and are forgotten once it has withdrawn them', async () => {
    const provider = await startProvider();
    const { jwk, privateKey } = createKeyPair('only');
    provider.keys = [jwk];
    const refreshes: (() => void)[] = [];
    const clock: Clock = {
      ...systemClock,
      every(_, task) {
        refreshes.push(task);
        return () => {};
      },
    };
    const keys = createPublishedKeys(provider.url, clock, log, { cooldownMs: 0 });
    ends.push(() => keys.close());
    const authenticator = authenticatorWith(keys);
    const token = await signWith(privateKey, { alg: 'ES256', kid: 'only' });
    expect(await refusalOf(authenticator, token)).toBe('let in');
    const refresh = async (): Promise<void> => {
      const before = provider.requests;
      for (const task of refreshes) task();
      await expect.poll(() => provider.requests).toBeGreaterThan(before);
    };
    provider.isAway = true;
    await refresh();
    expect(await refusalOf(authenticator, token)).toBe('let in');
    provider.isAway = false;
    provider.keys = [createKeyPair('other').jwk];
    await refresh();
    await expect.poll(() => refusalOf(authenticator, token)).toMatch(/^unauthorized: /);
  });

  it('let in whom they know, whatever tokens others bring meanwhile', async () => {
    const provider = await startProvider();
    const { jwk, privateKey } = createKeyPair('only');
    provider.keys = [jwk];
    const keys = createPublishedKeys(provider.url, systemClock, log);
    ends.push(() => keys.close());
    const authenticator = authenticatorWith(keys);
    const good = await signWith(privateKey, { alg: 'ES256', kid: 'only' });
    expect(await refusalOf(authenticator, good)).toBe('let in');
    const unsigned = new UnsecuredJWT({ grants: GRANTS }).setSubject('eve').setExpirationTime('1h').encode();
    expect(await refusalOf(authenticator, unsigned)).toMatch(/^unauthorized: /);
    expect(await refusalOf(authenticator, good)).toBe('let in');
    const headless = `${Buffer.from('{}').toString('base64url')}.e30.`;
    expect(await refusalOf(authenticator, headless)).toMatch(/^unauthorized: /);
    expect(await refusalOf(authenticator, good)).toBe('let in');
    for (const kid of [null, { of: 'only' }]) {
      const odd = `${Buffer.from(JSON.stringify({ alg: 'ES256', kid })).toString('base64url')}.e30.`;
      expect(await refusalOf(authenticator, odd)).toMatch(/^unauthorized: /);
    }
    expect(await refusalOf(authenticator, good)).toBe('let in');
  });

  it('let in whom they know after one who brought an unknown key while the provider is away', async () => {
    const provider = await startProvider();
    const { jwk, privateKey } = createKeyPair('only');
    provider.keys = [jwk];
    const keys = createPublishedKeys(provider.url, { ...systemClock, monotonicMs: () => 0 }, log, { cooldownMs: 1 });
    ends.push(() => keys.close());
    const authenticator = authenticatorWith(keys);
    const good = await signWith(privateKey, { alg: 'ES256', kid: 'only' });
    expect(await refusalOf(authenticator, good)).toBe('let in');
    const firstLook = performance.now();
    await expect.poll(() => performance.now() - firstLook).toBeGreaterThan(10);
    provider.isAway = true;
    const unknown = await signWith(createKeyPair('other').privateKey, { alg: 'ES256', kid: 'other' });
    expect(await refusalOf(authenticator, unknown)).toMatch(/^auth-unavailable: /);
    expect(await refusalOf(authenticator, good)).toBe('let in');
  });

  it('may have a new one among them, of which nobody can say a moment after they were fetched that it is none', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    ends.push(() => vi.useRealTimers());
    const provider = await startProvider();
    const [first, second, made] = [createKeyPair('first'), createKeyPair('second'), createKeyPair('made up')];
    provider.keys = [first.jwk];
    const keys = createPublishedKeys(provider.url, systemClock, log);
    ends.push(() => keys.close());
    const authenticator = authenticatorWith(keys);
    const sign = ({ privateKey }: { privateKey: KeyObject }, kid: string) =>
      signWith(privateKey, { alg: 'ES256', kid });
    const tokens = [await sign(first, 'first'), await sign(second, 'second'), await sign(made, 'made up')];
    const judge = async () => {
      const refusals: string[] = [];
      for (const token of tokens) refusals.push((await refusalOf(authenticator, token)).replace(/:.*/, ''));
      return refusals;
    };
    expect(await judge()).toEqual(['let in', 'auth-unavailable', 'auth-unavailable']);
    provider.keys = [second.jwk];
    expect(await judge()).toEqual(['let in', 'auth-unavailable', 'auth-unavailable']);
    expect(provider.requests).toBe(1);
    vi.setSystemTime(Date.now() + 30_000);
    // The second is what makes us ask. What was withdrawn is refused for good then, and what is still not there.
    expect(await judge()).toEqual(['let in', 'let in', 'unauthorized']);
    expect(await judge()).toEqual(['unauthorized', 'let in', 'unauthorized']);
    expect(provider.requests).toBe(2);
    // So they are whatever is published next.
    const third = createKeyPair('third');
    provider.keys = [second.jwk, third.jwk];
    vi.setSystemTime(Date.now() + 30_000);
    expect(await refusalOf(authenticator, await sign(third, 'third'))).toBe('let in');
    expect(await judge()).toEqual(['unauthorized', 'let in', 'unauthorized']);
    expect(provider.requests).toBe(3);
  });
});
