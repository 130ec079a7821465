import { closeCodes, parseAddress } from '@quire/protocol';
import { expect, it } from 'vitest';
import type { Grant } from '../auth/authenticator.ts';
import { FakePort } from '../testing/fake-port.ts';
import { type ConnectionState, DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { GrantRenewals } from './grant-renewals.ts';

const grant = (role: Grant['role']): Grant => ({
  role,
  canWrite: role !== 'reader',
  user: { id: 'ada', name: null },
  expiresAt: null,
});

it('[G6] a token that was revoked between the look at it and its taking effect has none', async () => {
  const ended: string[] = [];
  const connection = new DocumentConnection(new FakePort(), parseAddress('plan'), {
    endConnection: (_, { name }) => void ended.push(name),
    countWaiting() {},
    renewGrant() {},
  });
  const before = grant('reader');
  const state: Extract<ConnectionState, { kind: 'established' }> = {
    kind: 'established',
    owner: {} as DocumentOwner,
    grant: before,
    hocuspocus: null,
  };
  connection.state = state;
  const taken = Promise.withResolvers<void>();
  const renewals = new GrantRenewals({
    authenticate: async () => grant('editor'),
    findEnd: () => {
      taken.resolve();
      return closeCodes.accessRevoked;
    },
    mayTryAgain: () => false,
    hasWithdrawn: () => false,
    onRenewed: () => {
      throw new Error('it was taken');
    },
  });
  const origin = { remoteAddress: '', url: new URL('http://localhost'), headers: new Headers() };
  renewals.renew(connection, state, 'fresh', origin);
  await taken.promise;
  expect([state.grant, ended]).toEqual([before, [closeCodes.accessRevoked.name]]);
});
