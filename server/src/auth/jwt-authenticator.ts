import { closeCodes } from '@quire/protocol';
import {
  decodeProtectedHeader,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Clock } from '../clock.ts';
import { type Access, AccessError, type Authenticator } from './authenticator.ts';
import { readClaims } from './claims.ts';
import type { KeySource } from './key-sources.ts';

export interface JwtSettings {
  /** What `iss` must be; left out, it may be anything. */
  readonly issuer?: string | undefined;
  /** What `aud` must be or hold; left out, it may be anything. */
  readonly audience?: string | undefined;
  /** By how much the clock of whoever makes tokens may differ from ours. */
  readonly clockToleranceSeconds: number;
}

/** Lets in whoever brings a JSON Web Token (RFC 7519) that one of the keys has signed. */
export function createJwtAuthenticator(keys: readonly KeySource[], settings: JwtSettings, clock: Clock): Authenticator {
  async function verify(token: string): Promise<JWTPayload> {
    const header = readHeader(token);
    const options: JWTVerifyOptions = {
      currentDate: new Date(clock.now()),
      clockTolerance: settings.clockToleranceSeconds,
      requiredClaims: ['sub', 'exp'],
      ...(settings.issuer === undefined ? {} : { issuer: settings.issuer }),
      ...(settings.audience === undefined ? {} : { audience: settings.audience }),
    };
    let refusal: unknown = new errors.JWKSNoMatchingKey(`no key is for tokens of "${header.alg}"`);
    for (const source of keys) {
      for (const key of await findKeys(source, header)) {
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (error) {
          // While secrets rotate, another one may be the right one; every other fault is the token's.
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
          refusal = error;
        }
      }
    }
    throw refusal;
  }

  return {
    async authenticate({ token }): Promise<Access> {
      if (token === '') throw new AccessError(closeCodes.unauthorized, 'there is no token');
      try {
        return readClaims(await verify(token));
      } catch (error) {
        // What is wrong with a token is its bearer's to mend; all that is not known to be wrong with it is ours.
        if (!(error instanceof errors.JOSEError)) throw error;
        throw new AccessError(closeCodes.unauthorized, error.message, { cause: error });
      }
    },
  };
}

async function findKeys(source: KeySource, header: JWTHeaderParameters) {
  try {
    return await source.find(header);
  } catch (error) {
    throw new AccessError(closeCodes.authUnavailable, 'the keys for tokens can not be had', { cause: error });
  }
}

/** @throws {AccessError} */
function readHeader(token: string): JWTHeaderParameters {
  const header = decodeHeader(token);
  // Nobody has signed it yet as far as is known: there may be any JSON, whatever the types say.
  if (typeof header.alg !== 'string') {
    throw new AccessError(closeCodes.unauthorized, 'the token does not say how it is signed');
  }
  if (header.kid !== undefined && typeof header.kid !== 'string') {
    throw new AccessError(closeCodes.unauthorized, 'the token names its key by what is no text');
  }
  return header as JWTHeaderParameters;
}

/** @throws {AccessError} */
function decodeHeader(token: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw new AccessError(closeCodes.unauthorized, 'this is no JSON Web Token', { cause });
  }
}
