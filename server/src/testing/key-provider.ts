import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An identity provider, as far as it publishes the keys of its tokens. */
export interface KeyProvider {
  readonly url: URL;
  keys: readonly object[];
  isAway: boolean;
  /** What it answers while it is there. */
  status: number;
  /** It begins an answer, and does not end it. */
  isStalled: boolean;
  /** How often it was asked. */
  readonly requests: number;
  close(): void;
}

export async function startKeyProvider(): Promise<KeyProvider> {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.statusCode = provider.isAway ? 503 : provider.status;
    response.setHeader('Content-Type', 'application/json');
    if (provider.isStalled) response.write('{"keys":');
    else response.end(JSON.stringify({ keys: provider.keys }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const provider: KeyProvider = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`),
    keys: [],
    isAway: false,
    status: 200,
    isStalled: false,
    get requests() {
      return requests;
    },
    close: () => void server.close(),
  };
  return provider;
}

/** For ES256. */
export function createKeyPair(kid: string): { readonly jwk: object; readonly privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }, privateKey };
}
