import { isAllowedOrigin, type OriginClaim, type OriginPolicy } from './origins.ts';

/** What the answer to a page of another origin says so that its browser lets the page read it. */
export type CrossOriginHeaders = Readonly<Record<string, string>>;

/** For how long browsers need not ask again, in seconds. They cap it by themselves. */
const PREFLIGHT_LASTS_S = 7_200;

/**
 * The page may read what is answered, if it may connect at all. With credentials, because the cookies of a load balancer
 * come along too; whether one says who somebody is, is not decided here (see `isTrustedWithCookies`).
 */
export function allowReading(claim: OriginClaim, policy: OriginPolicy, exposed = ''): CrossOriginHeaders {
  const { origin } = claim;
  if (origin === undefined || !isAllowedOrigin(claim, policy)) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    ...(exposed === '' ? {} : { 'Access-Control-Expose-Headers': exposed }),
  };
}

/** What a browser is told that asks, before a request, whether its page may send it. */
export function answerPreflight(
  claim: OriginClaim,
  policy: OriginPolicy,
  { methods, headers }: { readonly methods: string; readonly headers: string },
): CrossOriginHeaders {
  return {
    ...allowReading(claim, policy),
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': headers,
    'Access-Control-Max-Age': String(PREFLIGHT_LASTS_S),
  };
}
