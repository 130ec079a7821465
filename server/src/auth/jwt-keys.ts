import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A key that tokens may be signed with, and the algorithms for which it may be used. */
export interface VerificationKey {
  /** Null: for tokens that name no key, and for those that name an unknown one. */
  readonly id: string | null;
  readonly key: KeyObject;
  readonly algorithms: readonly string[];
}

/** HMAC with SHA-2 needs a key as long as its hash (RFC 7518 §3.2); we ask for as much as the shortest. */
export const MIN_SECRET_BYTES = 32;

const HMAC = ['HS256', 'HS384', 'HS512'];
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const EC: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };
const ED25519 = ['EdDSA', 'Ed25519'];

/** What is wrong with a key, in words that complete "…: " after where it comes from. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** @throws {KeyError} */
export function readSecret(secret: string): VerificationKey {
  return secretKey(null, Buffer.from(secret));
}

/**
 * Reads a file of keys: a JWK set, PEM blocks, or secrets, one a line.
 *
 * @throws {KeyError}
 */
export function readKeys(text: string): readonly VerificationKey[] {
  const trimmed = text.trim();
  const keys = trimmed.startsWith('{')
    ? readJwks(trimmed)
    : trimmed.includes('-----BEGIN ')
      ? readPem(trimmed)
      : trimmed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [readSecret(line.trim())]));
  if (keys.length === 0) throw new KeyError('it holds no key');
  return keys;
}

function readJwks(text: string): VerificationKey[] {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch (cause) {
    throw new KeyError('it begins like a JWK set, but is not JSON', { cause });
  }
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : [set];
  if (!Array.isArray(keys)) throw new KeyError('"keys" must be a list of JWKs');
  return keys.map((jwk: unknown, index) => readJwk(jwk, index));
}

function readJwk(jwk: unknown, index: number): VerificationKey {
  const place = `key ${index + 1}`;
  if (typeof jwk !== 'object' || jwk === null) throw new KeyError(`${place} is not a JWK`);
  const { kid, kty, k, alg } = jwk as JsonWebKey & { readonly kid?: unknown; readonly alg?: unknown };
  const id = typeof kid === 'string' ? kid : null;
  const key = kty === 'oct' && typeof k === 'string' ? secretKey(id, Buffer.from(k, 'base64url')) : publicKey(id, jwk);
  if (alg === undefined) return key;
  if (typeof alg !== 'string' || !key.algorithms.includes(alg)) {
    throw new KeyError(`${place} can't be used with "${alg}", but with ${key.algorithms.join(', ')}`);
  }
  return { ...key, algorithms: [alg] };
}

function readPem(text: string): VerificationKey[] {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g) ?? [];
  return blocks.map((block) => {
    if (block.includes('PRIVATE KEY')) {
      throw new KeyError('it holds a private key, which belongs where tokens are made; give the public one here');
    }
    return publicKey(null, block);
  });
}

function secretKey(id: string | null, secret: Buffer): VerificationKey {
  if (secret.length < MIN_SECRET_BYTES) {
    throw new KeyError(`a secret must have at least ${MIN_SECRET_BYTES} bytes, and one has ${secret.length}`);
  }
  return { id, key: createSecretKey(secret), algorithms: HMAC };
}

function publicKey(id: string | null, source: object | string): VerificationKey {
  let key: KeyObject;
  try {
    key =
      typeof source === 'string'
        ? createPublicKey(source)
        : createPublicKey({ key: source as JsonWebKey, format: 'jwk' });
  } catch (cause) {
    throw new KeyError(`it holds what is no public key: ${(cause as Error).message}`, { cause });
  }
  return { id, key, algorithms: algorithmsOf(key) };
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  switch (asymmetricKeyType) {
    case 'rsa':
      return RSA;
    case 'ed25519':
      return ED25519;
    case 'ec': {
      const algorithm = EC[asymmetricKeyDetails?.namedCurve ?? ''];
      if (algorithm !== undefined) return [algorithm];
      break;
    }
    default:
      break;
  }
  throw new KeyError(`tokens can't be verified with a key of type ${asymmetricKeyType ?? 'unknown'}`);
}
