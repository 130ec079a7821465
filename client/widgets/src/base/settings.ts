import type { TokenRequest } from '@quire/client';

/** The words of an element, by their keys. */
export type Words = Readonly<Record<string, string>>;

export type TokenSource = (request: TokenRequest) => Promise<string>;

/** What an element has to know of where it belongs and who is there; what is left out may be known further up. */
export interface Settings {
  /** `https://host` or `wss://host/collab`; where nobody says, the page's own host. */
  readonly server?: string;
  readonly document?: string;
  readonly token?: string;
  readonly getToken?: TokenSource;
  /** What this person is called, and their colour. */
  readonly name?: string;
  readonly color?: string;
  readonly lang?: string;
  readonly strings?: Words;
}

/** An element's own settings before those from further up. */
export function mergeSettings(own: Settings, outer: Settings): Settings {
  const { token: outerToken, getToken: outerGetToken, ...others } = outer;
  // A token belongs to a server, and to the one who said it: a server of one's own is never shown that of another.
  const isSameServer = own.server === undefined || own.server === outer.server;
  const hasToken = own.token !== undefined || own.getToken !== undefined;
  const inherited = {
    ...(outerToken === undefined ? {} : { token: outerToken }),
    ...(outerGetToken === undefined ? {} : { getToken: outerGetToken }),
  };
  const strings = { ...outer.strings, ...own.strings };
  return {
    ...others,
    ...(isSameServer && !hasToken ? inherited : {}),
    ...own,
    ...(Object.keys(strings).length === 0 ? {} : { strings }),
  };
}
