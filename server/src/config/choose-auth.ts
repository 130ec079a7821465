import type { Config } from '../config.ts';

/** What the settings hold by which somebody could be known. */
export interface Means {
  readonly hasKeys: boolean;
  readonly hasBackend: boolean;
  readonly hasBackendSecrets: boolean;
}

export interface AuthFault {
  readonly path: 'auth' | 'webhook.url' | 'webhook.secrets';
  readonly fault: string;
  readonly cure: string;
}

type Asked = Config['auth'] | 'auto';

/** What is set is there to be asked for: nobody is let in without it by having forgotten to say so. */
export function resolveAuth(auth: Asked, { hasKeys, hasBackend }: Means): Config['auth'] {
  if (auth !== 'auto') return auth;
  if (hasKeys) return 'jwt';
  return hasBackend ? 'webhook' : 'open-on-loopback';
}

/** Credentials that nobody could check, and what is set for checking them without anybody looking at it. */
export function findAuthFaults(auth: Asked, means: Means): readonly AuthFault[] {
  const { hasKeys, hasBackend, hasBackendSecrets } = means;
  if (auth === 'auto' && hasKeys && hasBackend) {
    return [
      {
        path: 'auth',
        fault: 'leaves open who is to be asked: keys for tokens are set, and webhook.url too',
        cure: 'set QUIRE_AUTH=jwt to check tokens with the keys, or QUIRE_AUTH=webhook to ask your backend',
      },
    ];
  }
  const resolved = resolveAuth(auth, means);
  switch (resolved) {
    case 'jwt':
      if (hasKeys) return [];
      return [
        {
          path: 'auth',
          fault: 'asks for tokens, but there is no key to check them with',
          cure: 'set QUIRE_JWT_SECRETS, QUIRE_JWT_KEY_FILE or QUIRE_JWT_JWKS_URL',
        },
      ];
    case 'webhook':
      return [
        ...(hasBackend
          ? []
          : [
              {
                path: 'auth' as const,
                fault: 'asks your backend, but there is no address of it',
                cure: 'set QUIRE_WEBHOOK_URL to where it says who somebody is',
              },
            ]),
        ...(hasBackendSecrets
          ? []
          : [
              {
                path: 'webhook.secrets' as const,
                fault: 'is empty, so your backend could not tell our questions from those of a stranger',
                cure: 'set QUIRE_WEBHOOK_SECRETS="$(openssl rand -base64 32)", and check signatures with it',
              },
            ]),
      ];
    case 'open':
    case 'open-on-loopback':
      if (hasKeys) {
        return [
          {
            path: 'auth',
            fault: `is "${resolved}", but keys for tokens are set`,
            cure: 'set QUIRE_AUTH=jwt to ask for tokens, or leave out the settings of jwt that hold keys',
          },
        ];
      }
      if (hasBackend) {
        return [
          {
            path: 'auth',
            fault: `is "${resolved}", but webhook.url is set`,
            cure: 'set QUIRE_AUTH=webhook to ask your backend, or leave out webhook.url',
          },
        ];
      }
      if (!hasBackendSecrets) return [];
      return [
        {
          path: 'webhook.url',
          fault: 'is missing, though webhook.secrets is set: everybody would be let in',
          cure: 'set QUIRE_WEBHOOK_URL to where your backend says who somebody is, or leave out webhook.secrets',
        },
      ];
    default:
      return resolved satisfies never;
  }
}
