import {
  type CreatedLink,
  createLinkSchema,
  type DocumentName,
  pageQuerySchema,
  type ShareLink,
  type ShareLinkList,
} from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { AuthRequest } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import type { ShareLinks } from '../auth/share-links.ts';
import { check } from '../check.ts';
import { type ListOrder, pageOf } from './pages.ts';
import { DOCUMENTS, readBody, readName, refuseMethod } from './requests.ts';

export interface LinkRoutesOptions {
  readonly links: ShareLinks;
  readonly guard: Pick<Guard, 'admit'>;
  describe(context: Context, document: DocumentName): AuthRequest;
  /** Whether there is an app that a link can open. */
  readonly servesApp: boolean;
}

const LATEST_FIRST: ListOrder<ShareLink> = {
  first: 'latest',
  placeOf: ({ created, id }) => ({ time: Date.parse(created), id }),
};

/** Share links of a document, for its owners. */
export function addLinkRoutes(api: Hono, { links, guard, describe, servesApp }: LinkRoutesOptions): void {
  /** @throws {AccessError} unless it is an owner who asks */
  async function admit(context: Context) {
    const document = readName(context);
    const request = { ...describe(context, document), document };
    const { user } = await guard.admit(request, 'owner');
    return { document, by: { user: user.id, address: request.remoteAddress } };
  }

  const all = `${DOCUMENTS}/:name/links` as const;
  api.get(all, async (context) => {
    const { document } = await admit(context);
    const query = check(pageQuerySchema, context.req.query());
    const { items, next } = pageOf(await links.list(document), LATEST_FIRST, query);
    return context.json({ links: [...items], next } satisfies ShareLinkList);
  });
  api.post(all, async (context) => {
    const body = await readBody(context);
    const { document, by } = await admit(context);
    const draft = check(createLinkSchema, body);
    const link = await links.create(document, draft, by);
    const url = servesApp ? addressOf(context, document, link.token) : null;
    const created: CreatedLink = { ...link, url };
    return context.json(created, 201, { Location: `${DOCUMENTS}/${encodeURIComponent(document)}/links/${link.id}` });
  });
  api.all(all, (context) => refuseMethod(context, 'GET, HEAD, POST'));

  const one = `${all}/:id` as const;
  api.delete(one, async (context) => {
    const { document, by } = await admit(context);
    await links.revoke(document, context.req.param('id'), by);
    return context.body(null, 204);
  });
  api.all(one, (context) => refuseMethod(context, 'DELETE'));
}

/**
 * Opens the app with the token, at the address by which this request came: whoever made it up made up their own answer. A
 * proxy that takes HTTPS off says so.
 */
function addressOf(context: Context, document: DocumentName, token: string): string {
  const { protocol, host } = new URL(context.req.url);
  const scheme = context.req.header('x-forwarded-proto') === 'https' ? 'https:' : protocol;
  return `${scheme}//${host}/d/${encodeURIComponent(document)}#token=${token}`;
}
