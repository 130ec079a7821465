import type { Me } from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { AuthRequest, Identity } from '../auth/authenticator.ts';
import type { Guard } from '../auth/guard.ts';
import { refuseMethod } from './requests.ts';

export interface MeRouteOptions {
  readonly guard: Pick<Guard, 'identify'>;
  describe(context: Context, document: null): AuthRequest;
}

const ME = '/v1/me';

/** Who somebody is, by what they carry: for pages that show no document. */
export function addMeRoute(api: Hono, { describe, guard }: MeRouteOptions): void {
  api.get(ME, async (context) => {
    const { user } = await guard.identify(describe(context, null));
    return context.json({ user: describeUser(user) } satisfies Me);
  });
  api.all(ME, (context) => refuseMethod(context, 'GET, HEAD'));
}

function describeUser({ id, name }: Identity): Me['user'] {
  return id === '' ? null : { id, name: name ?? id };
}
