import { revocationQuerySchema, revokeSchema } from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { AuthRequest } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import type { Revocations } from '../auth/revocations.ts';
import { check } from '../check.ts';
import { readBody, refuseMethod } from './requests.ts';

export interface RevocationRoutesOptions {
  readonly revocations: Revocations;
  readonly guard: Pick<Guard, 'admitOwnerOfAll'>;
  describe(context: Context, document: null): AuthRequest;
}

const REVOCATIONS = '/v1/revocations';

/** Revocations, for whoever owns every document: mostly a backend. */
export function addRevocationRoutes(api: Hono, { revocations, guard, describe }: RevocationRoutesOptions): void {
  async function admit(context: Context) {
    const request = describe(context, null);
    const { user } = await guard.admitOwnerOfAll(request);
    return { user: user.id, address: request.remoteAddress };
  }

  api.get(REVOCATIONS, async (context) => {
    await admit(context);
    return context.json(revocations.list(check(revocationQuerySchema, context.req.query())));
  });
  api.post(REVOCATIONS, async (context) => {
    const body = await readBody(context);
    const by = await admit(context);
    const revocation = await revocations.revoke(check(revokeSchema, body), by);
    return context.json(revocation, 201, { Location: `${REVOCATIONS}/${revocation.id}` });
  });
  api.all(REVOCATIONS, (context) => refuseMethod(context, 'GET, HEAD, POST'));

  const one = `${REVOCATIONS}/:id` as const;
  api.delete(one, async (context) => {
    const by = await admit(context);
    await revocations.lift(context.req.param('id'), by);
    return context.body(null, 204);
  });
  api.all(one, (context) => refuseMethod(context, 'DELETE'));
}
