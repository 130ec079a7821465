import { type DocumentName, type SentEventInfo, sendEventHeadersSchema, sendEventSchema } from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { AuthRequest } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import { check } from '../check.ts';
import type { Events } from '../events/events.ts';
import { DOCUMENTS, readBody, readName, refuseMethod } from './requests.ts';

export interface EventRoutesOptions {
  readonly events: Events;
  readonly guard: Pick<Guard, 'admit'>;
  describe(context: Context, document: DocumentName): AuthRequest;
}

/** What backends say to everybody who has a document open. */
export function addEventRoutes(api: Hono, { events, guard, describe }: EventRoutesOptions): void {
  const route = `${DOCUMENTS}/:name/events` as const;
  api.post(route, async (context) => {
    const body = await readBody(context);
    const document = readName(context);
    const { user } = await guard.admit({ ...describe(context, document), document }, 'editor');
    const { name, data } = check(sendEventSchema, body, 'event');
    const from = { id: user.id, name: user.name ?? user.id };
    const { id, time } = await events.send(document, { name, data, from, key: readKey(context) });
    return context.json({ id, time: new Date(time).toISOString() } satisfies SentEventInfo, 202);
  });
  api.all(route, (context) => refuseMethod(context, 'POST'));
}

/** @throws {ApiError} `bad-request` */
function readKey(context: Context): string | undefined {
  const headers = { 'Idempotency-Key': context.req.header('idempotency-key') };
  return check(sendEventHeadersSchema, headers)['Idempotency-Key'];
}
