import {
  type BinList,
  type BinnedDocument,
  type DocumentName,
  type DocumentWithRole,
  pageQuerySchema,
  type Role,
} from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { Actor } from '../auth/actor.ts';
import type { Access, AuthRequest } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import type { Binned, DocumentBin } from '../bin/document-bin.ts';
import { check } from '../check.ts';
import { ApiError } from '../problems.ts';
import type { Documents } from './documents.ts';
import { type ListOrder, type PageQuery, pageOf } from './pages.ts';
import { toApiError } from './problems.ts';
import { readName, refuseMethod } from './requests.ts';

export interface BinRoutesOptions {
  readonly bin: DocumentBin;
  readonly documents: Documents;
  readonly guard: Pick<Guard, 'admitAnyway' | 'identify'>;
  describe(context: Context, document: DocumentName | null): AuthRequest;
}

const BIN = '/v1/bin';
const OWNER: Role = 'owner';

const LATEST_FIRST: ListOrder<Binned> = {
  first: 'latest',
  placeOf: ({ binned, document }) => ({ time: binned, id: document }),
};

/** Documents in the bin, for their owners. */
export function addBinRoutes(api: Hono, { bin, describe, documents, guard }: BinRoutesOptions): void {
  /** @throws {AccessError} unless it is an owner who asks; it may be in the bin */
  async function admit(context: Context): Promise<{ readonly name: DocumentName; readonly by: Actor }> {
    const name = readName(context, BIN);
    const request = { ...describe(context, name), document: name };
    const { user } = await guard.admitAnyway(request, OWNER);
    return { name, by: { user: user.id, address: request.remoteAddress } };
  }

  api.get(BIN, async (context) => {
    const query = check(pageQuerySchema, context.req.query());
    const access = await guard.identify(describe(context, null));
    return context.json(await listOf(query, access));
  });
  api.all(BIN, (context) => refuseMethod(context, 'GET, HEAD'));

  async function listOf(query: PageQuery, access: Access): Promise<BinList> {
    const own = bin.list().filter(({ document }) => access.roleIn(document) === OWNER);
    const { items, next } = pageOf(own, LATEST_FIRST, query);
    const documents: BinnedDocument[] = [];
    for (const binned of items) {
      const document = await describeBinned(binned);
      if (document !== null) documents.push(document);
    }
    return { documents, next };
  }

  /** Null where another node has deleted it since, or what is known of it is damaged: the others are shown all the same. */
  async function describeBinned({ binned, binnedBy, document, purged }: Binned): Promise<BinnedDocument | null> {
    const title = await findTitle(document);
    if (title === null) return null;
    const [at, until] = [new Date(binned).toISOString(), new Date(purged).toISOString()];
    return { name: document, title, binned: at, binnedBy, purged: until };
  }

  async function findTitle(document: DocumentName): Promise<string | null> {
    try {
      return (await bin.holdsNow(document)) ? (await documents.getAnyway(document)).title : null;
    } catch (error) {
      const { code } = toApiError(error);
      if (code === 'unknown-document' || code === 'document-damaged') return null;
      throw error;
    }
  }

  const one = `${BIN}/:name` as const;
  api.put(one, async (context) => {
    const { by, name } = await admit(context);
    await bin.put(name, by);
    return context.body(null, 204);
  });
  api.delete(one, async (context) => {
    const { name } = await admit(context);
    if (!(await documents.purge(name))) throw new ApiError('not-in-bin', `"${name}" is not in the bin`);
    return context.body(null, 204);
  });
  api.all(one, (context) => refuseMethod(context, 'PUT, DELETE'));

  const restore = `${one}/restore` as const;
  api.post(restore, async (context) => {
    const { by, name } = await admit(context);
    await bin.restore(name, by);
    return context.json({ ...(await documents.get(name)), role: OWNER } satisfies DocumentWithRole);
  });
  api.all(restore, (context) => refuseMethod(context, 'POST'));
}
