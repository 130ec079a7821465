import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';

const LABEL = 'quire cluster: requests between nodes, 1';
const TOKEN_BYTES = 32;

/** What is sent instead of the secret itself: it opens this door, and nothing else that the secret may come to be used for. */
export function derivePeerToken(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', LABEL, TOKEN_BYTES)).toString('base64url');
}

/**
 * Whether the header of a request shows one of these secrets. All are compared, as digests, which have one length and
 * whose comparison takes one time.
 */
export function createPeerGate(secrets: readonly string[]): (authorization: string | undefined) => boolean {
  const expected = secrets.map((secret) => digest(derivePeerToken(secret)));
  return (authorization) => {
    const given = digest(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    return expected.filter((each) => timingSafeEqual(each, given)).length > 0;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
