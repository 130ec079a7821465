import {
  type DocumentName,
  type PresenceList,
  type Role,
  type SessionInfo,
  type SessionList,
  sessionQuerySchema,
} from '@quire/protocol';
import type { Context, Hono } from 'hono';
import { check } from '../check.ts';
import type { Contents } from './contents.ts';
import { DOCUMENTS, readName, refuseMethod } from './requests.ts';

export interface PeopleRoutesOptions {
  readonly contents: Pick<Contents, 'people' | 'sessions' | 'endSession'>;
  readonly admit: (context: Context, document: DocumentName, needed: Role) => Promise<unknown>;
}

/** Who has a document open: for everybody who may read it as people, for its owners as sessions that they can end. */
export function addPeopleRoutes(api: Hono, { contents, admit }: PeopleRoutesOptions): void {
  const presence = `${DOCUMENTS}/:name/presence`;
  api.get(presence, async (context) => {
    const name = readName(context);
    await admit(context, name, 'reader');
    return context.json((await contents.people(name)) satisfies PresenceList);
  });
  api.all(presence, (context) => refuseMethod(context, 'GET, HEAD'));

  const sessions = `${DOCUMENTS}/:name/sessions` as const;
  api.get(sessions, async (context) => {
    const name = readName(context);
    await admit(context, name, 'owner');
    const query = check(sessionQuerySchema, context.req.query());
    return context.json(pageOf(await contents.sessions(name), query));
  });
  api.all(sessions, (context) => refuseMethod(context, 'GET, HEAD'));

  const session = `${sessions}/:session` as const;
  api.delete(session, async (context) => {
    const name = readName(context);
    await admit(context, name, 'owner');
    contents.endSession(name, context.req.param('session'));
    return context.body(null, 204);
  });
  api.all(session, (context) => refuseMethod(context, 'DELETE'));
}

/** They come and go: a list goes on behind an id, whether there still is such a session or not. */
function pageOf(
  sessions: readonly SessionInfo[],
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): SessionList {
  const rest = after === undefined ? sessions : sessions.filter(({ id }) => id > after);
  const page = rest.slice(0, limit);
  return { sessions: page, next: rest.length > page.length ? (page.at(-1)?.id ?? null) : null };
}
