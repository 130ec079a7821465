import { closeCodes, type DocumentName } from '@quire/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry, AuditLog } from './audit-log.ts';
import { AccessError, type Authenticator, allow, createOpenAuthenticator } from './authenticator.ts';
import { createGuard, type DocumentRequest } from './guard.ts';

let written: AuditEntry[];
let log: AuditLog;
beforeEach(() => {
  written = [];
  const write = (entry: AuditEntry): void => void written.push(entry);
  log = { warn: write, error: write };
});

const REQUEST: DocumentRequest = {
  token: 'ada',
  document: 'plan' as DocumentName,
  remoteAddress: '192.0.2.1',
  headers: new Headers(),
  url: new URL('http://docs.example/collab'),
};

/** The token is who it is of. */
const believer: Authenticator = { authenticate: async ({ token }) => allow('editor', { id: token, name: null }) };

async function codeOf(admitted: Promise<unknown>): Promise<string> {
  try {
    await admitted;
  } catch (error) {
    if (error instanceof AccessError) return error.closeCode.name;
    throw error;
  }
  return 'let in';
}

describe('[G6] a guard', () => {
  it('lets a connection be renewed by its holder alone, and writes down who else tried', async () => {
    const guard = createGuard(believer, log);
    expect(await codeOf(guard.admit({ ...REQUEST, holder: 'ada' }, 'reader'))).toBe('let in');
    expect(await codeOf(guard.admit({ ...REQUEST, token: 'eve', holder: 'ada' }, 'reader'))).toBe('unauthorized');
    expect(written).toEqual([
      {
        event: 'refused',
        code: 'unauthorized',
        document: 'plan',
        address: '192.0.2.1',
        user: 'eve',
        why: 'the token is not that of whose connection it is',
      },
    ]);
  });

  it.each([
    ['nobody can say who may enter', new AccessError(closeCodes.authUnavailable), 'auth-unavailable'],
    ['an authenticator breaks', new Error('a bug'), 'internal-error'],
  ])('writes down whom it turned away because %s, and from where', async (_, error, code) => {
    const guard = createGuard({ authenticate: () => Promise.reject(error) }, log);
    expect(await codeOf(guard.admit(REQUEST, 'reader'))).toBe(code);
    expect(written).toEqual([{ err: error, event: 'refused', code, document: 'plan', address: '192.0.2.1' }]);
  });

  it('[G4] writes down no more of a reason than a line takes, whatever it quotes', async () => {
    const error = new AccessError(closeCodes.unauthorized, `no key is for tokens of "${'x'.repeat(40_000)}"`);
    const guard = createGuard({ authenticate: () => Promise.reject(error) }, log);
    expect(await codeOf(guard.admit(REQUEST, 'reader'))).toBe('unauthorized');
    expect(JSON.stringify(written).length).toBeLessThan(1_000);
  });

  it('grants what somebody may do now, though the authenticator says it with the same object as before', async () => {
    const access = { ...allow('editor', { id: 'ada', name: null }), expiresAt: 1_000, tokenId: 'first' };
    const guard = createGuard({ authenticate: async () => access }, log);
    const first = await guard.admit(REQUEST, 'reader');
    expect(await guard.admit(REQUEST, 'reader')).toBe(first);
    Object.assign(access, { expiresAt: 2_000, tokenId: 'second', user: { id: 'ben', name: null } });
    expect(await guard.admit(REQUEST, 'reader')).toMatchObject({
      expiresAt: 2_000,
      tokenId: 'second',
      user: { id: 'ben' },
    });
    expect(first).toMatchObject({ expiresAt: 1_000, user: { id: 'ada' } });
  });

  it('parses neither URL nor headers for an authenticator that looks at no token', async () => {
    let parsed = 0;
    const guard = createGuard(createOpenAuthenticator(), log);
    const request: DocumentRequest = {
      token: '',
      document: REQUEST.document,
      remoteAddress: '',
      get headers() {
        parsed += 1;
        return new Headers();
      },
      get url() {
        parsed += 1;
        return REQUEST.url;
      },
    };
    await guard.admit(request, 'owner');
    expect(parsed).toBe(0);
  });
});
