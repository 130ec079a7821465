import type { ListQuery } from '@quire/persistence';
import {
  createDocumentSchema,
  type DocumentName,
  type DocumentWithRole,
  listQuerySchema,
  type Role,
  renameDocumentSchema,
} from '@quire/protocol';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Guard } from '../auth/guard.ts';
import type { Revocations } from '../auth/revocations.ts';
import type { ShareLinks } from '../auth/share-links.ts';
import type { DocumentBin } from '../bin/document-bin.ts';
import { check } from '../check.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Events } from '../events/events.ts';
import { createAddressReader, type ReadClientAddress } from '../http/client-address.ts';
import { isAllowedOrigin, isTrustedHost, type OriginPolicy } from '../http/origins.ts';
import { logRequestFailure } from '../http/request-failure.ts';
import type { Logger } from '../observability/log.ts';
import type { HttpMeters } from '../observability/metrics/http-meters.ts';
import { ApiError, problemKinds } from '../problems.ts';
import { addBinRoutes } from './bin-routes.ts';
import { addContentRoutes, takesRawBody } from './content-routes.ts';
import type { Contents } from './contents.ts';
import { countAnswers } from './count-answers.ts';
import { type Cursors, createCursors } from './cursors.ts';
import type { DocumentStates } from './document-states.ts';
import type { Documents } from './documents.ts';
import { addEventRoutes } from './event-routes.ts';
import { addLinkRoutes } from './link-routes.ts';
import { listVisible } from './list-visible.ts';
import { addMeRoute } from './me-route.ts';
import { addDocsRoutes } from './openapi/docs-routes.ts';
import { openToOtherOrigins } from './other-origins.ts';
import { addPeopleRoutes } from './people-routes.ts';
import { respondProblem, toApiError } from './problems.ts';
import { randomDocumentName } from './random-document-name.ts';
import { addressOf, DOCUMENTS, describeRequest, readBody, readName, refuseMethod } from './requests.ts';
import { addRevocationRoutes } from './revocation-routes.ts';
import { addStateRoute } from './state-route.ts';

/** Of names, titles and comments; what is in documents is read where its limit is. */
const MAX_BODY_BYTES = 64 * 1024;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** The HTTP API under `/v1`. Whatever a client sends gets a 4xx at worst; 5xx is for what is not its fault. */
export function createApi(options: {
  readonly documents: Documents;
  readonly guard: Guard;
  /** Left out: what is in documents goes in and out by sockets alone. */
  readonly contents?: Contents;
  /** Left out: none can be downloaded. */
  readonly states?: DocumentStates;
  /** Left out: backends have nothing to say. */
  readonly events?: Events;
  /** Left out: what it gives out lasts as long as this server. */
  readonly cursors?: Cursors;
  readonly clock?: Clock;
  /** Left out: whoever is at the other end of the connection. */
  readonly readAddress?: ReadClientAddress;
  readonly origins: OriginPolicy;
  readonly log: Logger;
  /** The server is stopping, and what it begins now it might not finish. */
  readonly isDraining: () => boolean;
  /** Left out: there are neither share links nor revocations, and no bin. */
  readonly rules?: { readonly links: ShareLinks; readonly revocations: Revocations; readonly bin: DocumentBin };
  /** Left out: nothing is counted. */
  readonly meters?: HttpMeters | null;
  /** Whether there is an app that a link can open. */
  readonly servesApp?: boolean;
}): Hono {
  const { documents, guard, readAddress = createAddressReader([]), origins, log, isDraining } = options;
  const { clock = systemClock, contents, cursors = createCursors(), events, states } = options;
  const { meters = null, rules, servesApp = false } = options;
  const api = new Hono();
  const admit = (context: Context, document: DocumentName, needed: Role) =>
    guard.admit({ ...describeRequest(context, document, readAddress), document }, needed);

  api.onError((error, context) => {
    const problem = toApiError(error);
    if (problemKinds[problem.code].status === 500) logRequestFailure(log, error, context);
    return respondProblem(problem);
  });
  api.notFound((context) => respondProblem(new ApiError('not-found', `Nothing is served at ${context.req.path}`)));

  if (meters !== null) countAnswers(api, meters, clock);
  openToOtherOrigins(api, origins);
  api.use('/v1/*', async (context, next) => {
    checkOrigin(context, origins);
    if (isDraining()) throw new ApiError('service-restart', 'The server is stopping; try again in a moment');
    await next();
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
    context.header('X-Content-Type-Options', 'nosniff');
  });
  // Only where a body is read: the limit rebuilds a request that states no length, which this server's requests don't allow.
  const limitBody = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new ApiError('body-too-large', `A body has at most ${MAX_BODY_BYTES} bytes`);
    },
  });
  api.on(['POST', 'PUT', 'PATCH'], '/v1/*', (context, next) =>
    takesRawBody(context.req.path) ? next() : limitBody(context, next),
  );

  addDocsRoutes(api);

  api.get(DOCUMENTS, async (context) => {
    const { prefix, after, limit, order, search = '' } = check(listQuerySchema, context.req.query());
    const query: ListQuery = {
      limit,
      order,
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined ? {} : { after: cursors.open(after) }),
    };
    const access = await guard.identify(describeRequest(context, null, readAddress));
    const { documents: visible, next } = await listVisible(documents, query, access, search);
    return context.json({ documents: visible, next: next === null ? null : cursors.seal(next) });
  });
  api.post(DOCUMENTS, async (context) => {
    const { name = randomDocumentName(), title } = check(createDocumentSchema, await readBody(context));
    const { user } = await admit(context, name, 'editor');
    const created = await documents.create({ name, title, author: user.id });
    return context.json(created, 201, { Location: `${DOCUMENTS}/${encodeURIComponent(created.name)}` });
  });
  api.all(DOCUMENTS, (context) => refuseMethod(context, 'GET, HEAD, POST'));

  const one = `${DOCUMENTS}/:name`;
  api.get(one, async (context) => {
    const name = readName(context);
    const { role } = await admit(context, name, 'reader');
    return context.json({ ...(await documents.get(name)), role } satisfies DocumentWithRole);
  });
  api.patch(one, async (context) => {
    const name = readName(context);
    const body = await readBody(context);
    const { user } = await admit(context, name, 'editor');
    const { title } = check(renameDocumentSchema, body);
    return context.json(await documents.rename(name, title, user.id));
  });
  api.delete(one, async (context) => {
    const name = readName(context);
    await admit(context, name, 'owner');
    await documents.delete(name);
    return context.body(null, 204);
  });
  api.all(one, (context) => refuseMethod(context, 'GET, HEAD, PATCH, DELETE'));

  if (contents !== undefined) {
    addContentRoutes(api, {
      contents,
      clock,
      admit,
      meters,
      addressOf: (context) => addressOf(context, readAddress),
    });
    addPeopleRoutes(api, { contents, admit });
  }

  if (states !== undefined) {
    addStateRoute(api, `${one}/state`, { states, clock, admit });
    api.all(`${one}/state`, (context) => refuseMethod(context, 'GET, HEAD'));
  }

  const describe = (context: Context, document: DocumentName | null) => describeRequest(context, document, readAddress);
  addMeRoute(api, { guard, describe });
  if (events !== undefined) addEventRoutes(api, { events, guard, describe });
  if (rules !== undefined) {
    addLinkRoutes(api, { links: rules.links, guard, describe, servesApp });
    addBinRoutes(api, { bin: rules.bin, documents, guard, describe });
    addRevocationRoutes(api, { revocations: rules.revocations, guard, describe });
  }

  return api;
}

function checkOrigin(context: Context, policy: OriginPolicy): void {
  const host = context.req.header('host');
  if (!isTrustedHost(host, policy)) {
    throw new ApiError('host-refused', `This server answers on loopback only, not as "${host}"; auth "open" lets it`);
  }
  if (SAFE_METHODS.has(context.req.method)) return;
  const origin = context.req.header('origin');
  if (!isAllowedOrigin({ origin, host }, policy)) {
    throw new ApiError('origin-refused', `Pages of ${origin} may not change documents here; allowedOrigins lets them`);
  }
}
