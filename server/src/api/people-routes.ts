import {
  type DocumentName,
  type PresenceList,
  pageQuerySchema,
  type Role,
  type SessionInfo,
  type SessionList,
} from '@quire/protocol';
import type { Context, Hono } from 'hono';
import { check } from '../check.ts';
import type { Contents } from './contents.ts';
import { type ListOrder, pageOf } from './pages.ts';
import { DOCUMENTS, readName, refuseMethod } from './requests.ts';

export interface PeopleRoutesOptions {
  readonly contents: Pick<Contents, 'people' | 'sessions' | 'endSession'>;
  readonly admit: (context: Context, document: DocumentName, needed: Role) => Promise<unknown>;
}

const BY_ID: ListOrder<SessionInfo> = { first: 'oldest', placeOf: ({ id }) => ({ time: 0, id }) };

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
    const query = check(pageQuerySchema, context.req.query());
    const { sessions, unanswered } = await contents.sessions(name);
    const { items, next } = pageOf(sessions, BY_ID, query);
    return context.json({ sessions: [...items], next, unanswered: [...unanswered] } satisfies SessionList);
  });
  api.all(sessions, (context) => refuseMethod(context, 'GET, HEAD'));

  const session = `${sessions}/:session` as const;
  api.delete(session, async (context) => {
    const name = readName(context);
    await admit(context, name, 'owner');
    await contents.endSession(name, context.req.param('session'));
    return context.body(null, 204);
  });
  api.all(session, (context) => refuseMethod(context, 'DELETE'));
}
