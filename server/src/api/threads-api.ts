import {
  anchorSchema,
  changeCommentSchema,
  changeThreadSchema,
  createCommentSchema,
  createThreadSchema,
  pageQuerySchema,
  type Role,
  type Thread,
  type ThreadList,
} from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { Grant } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import { check } from '../check.ts';
import type { CommentCall, Comments, Speaker, ThreadCall } from '../comments/comments.ts';
import { createAddressReader, type ReadClientAddress } from '../http/client-address.ts';
import { type ListOrder, pageOf } from './pages.ts';
import { addressOf, DOCUMENTS, describeRequest, readBody, readName, refuseMethod } from './requests.ts';

const OLDEST_FIRST: ListOrder<Thread> = {
  first: 'oldest',
  placeOf: ({ created, id }) => ({ time: Date.parse(created), id }),
};

/**
 * Adds the comments on documents to the API. Reading takes a reader, everything else a commenter; what is whose is for
 * {@link Comments} to say.
 *
 * @param api as `createApi` made it: its checks and its errors hold here too
 */
export function addThreads(
  api: Hono,
  options: {
    readonly comments: Comments;
    readonly guard: Guard;
    /** Left out: whoever is at the other end of the connection. */
    readonly readAddress?: ReadClientAddress;
  },
): void {
  const { comments, guard, readAddress = createAddressReader([]) } = options;

  async function admit(
    context: Context,
    needed: Role,
  ): Promise<Pick<ThreadCall, 'document'> & { readonly grant: Grant }> {
    const document = readName(context);
    const grant = await guard.admit({ ...describeRequest(context, document, readAddress), document }, needed);
    return { document, grant };
  }

  /** Who asks, about which thread and which comment. */
  async function admitCommenter(context: Context): Promise<(guest?: string) => CommentCall> {
    const { document, grant } = await admit(context, 'commenter');
    const { thread = '', comment = '' } = context.req.param();
    const remoteAddress = addressOf(context, readAddress);
    return (guest = '') => ({ document, thread, comment, speaker: { ...speakerOf(grant, guest), remoteAddress } });
  }

  const threads = `${DOCUMENTS}/:name/threads`;
  api.get(threads, async (context) => {
    const { document, grant } = await admit(context, 'reader');
    const { author, role } = speakerOf(grant, '');
    const query = check(pageQuerySchema, context.req.query());
    const { items, next } = pageOf(await comments.list(document), OLDEST_FIRST, query);
    const list: ThreadList = { threads: [...items], next, you: { ...author, role } };
    return context.json(list);
  });
  api.post(threads, async (context) => {
    const body = await readBody(context);
    const callOf = await admitCommenter(context);
    const { text, anchor, guest } = check(createThreadSchema, body);
    return context.json(await comments.start(callOf(guest), { text, anchor }), 201);
  });
  api.all(threads, (context) => refuseMethod(context, 'GET, HEAD, POST'));

  const thread = `${threads}/:thread`;
  api.patch(thread, async (context) => {
    const body = await readBody(context);
    const callOf = await admitCommenter(context);
    const { resolved, guest } = check(changeThreadSchema, body);
    return context.json(await comments.resolve(callOf(guest), resolved));
  });
  api.delete(thread, async (context) => {
    const callOf = await admitCommenter(context);
    await comments.remove(callOf());
    return context.body(null, 204);
  });
  api.all(thread, (context) => refuseMethod(context, 'PATCH, DELETE'));

  const anchor = `${thread}/anchor`;
  api.put(anchor, async (context) => {
    const body = await readBody(context);
    const callOf = await admitCommenter(context);
    return context.json(await comments.anchor(callOf(), check(anchorSchema, body)));
  });
  api.delete(anchor, async (context) => {
    const callOf = await admitCommenter(context);
    await comments.unanchor(callOf());
    return context.body(null, 204);
  });
  api.all(anchor, (context) => refuseMethod(context, 'PUT, DELETE'));

  const replies = `${thread}/comments`;
  api.post(replies, async (context) => {
    const body = await readBody(context);
    const callOf = await admitCommenter(context);
    const { text, guest } = check(createCommentSchema, body);
    return context.json(await comments.reply(callOf(guest), text), 201);
  });
  api.all(replies, (context) => refuseMethod(context, 'POST'));

  const reply = `${replies}/:comment`;
  api.patch(reply, async (context) => {
    const body = await readBody(context);
    const callOf = await admitCommenter(context);
    const { text } = check(changeCommentSchema, body);
    return context.json(await comments.change(callOf(), text));
  });
  api.delete(reply, async (context) => {
    const callOf = await admitCommenter(context);
    await comments.withdraw(callOf());
    return context.body(null, 204);
  });
  api.all(reply, (context) => refuseMethod(context, 'PATCH, DELETE'));
}

/** Whom a token names goes by that name, whatever the request says; a guest is called what they call themselves. */
function speakerOf({ user, role }: Grant, guest: string): Speaker {
  return { role, author: user.id === '' ? { id: '', name: guest } : { id: user.id, name: user.name ?? user.id } };
}
