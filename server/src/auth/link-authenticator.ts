import type { Authenticator } from './authenticator.ts';
import { LINK_TOKEN_PREFIX } from './link-token.ts';
import type { LinkKeeper } from './share-links.ts';

/**
 * Knows the tokens of share links, wherever a token may stand that was sent on purpose, and asks another authenticator about
 * everybody else. Also where that one lets in whoever comes: a link gives what it says, and no more.
 */
export function createLinkAuthenticator(inner: Authenticator, links: Pick<LinkKeeper, 'open'>): Authenticator {
  return {
    authenticate(request) {
      const { token } = request;
      return token.startsWith(LINK_TOKEN_PREFIX) ? links.open(token) : inner.authenticate(request);
    },
  };
}
