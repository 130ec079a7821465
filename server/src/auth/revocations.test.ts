import { closeCodes } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AccessStage, openAccessStage } from '../testing/access-stage.ts';
import type { Bearer } from './authenticator.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

let stage: AccessStage;
beforeEach(async () => {
  stage = await openAccessStage();
});
afterEach(() => stage.stop());

function bearer(id: string, issuedAt?: number, tokenId?: string): Bearer {
  return { user: { id, name: null }, expiresAt: null, issuedAt, tokenId };
}

const isVoid = (...parameters: Parameters<typeof bearer>): boolean =>
  stage.standing.findEnd(bearer(...parameters)) === closeCodes.accessRevoked;
const iso = (time: number): string => new Date(time).toISOString();

describe('[G6] a revocation', () => {
  it('voids what a user was issued before it, and nothing else', async () => {
    const now = stage.clock.now();
    await stage.revocations.revoke({ user: 'ada' });
    expect([isVoid('ada', now - 1), isVoid('ada', now), isVoid('ada', now + SECOND_MS)]).toEqual([true, false, false]);
    expect([isVoid('ben', now - 1), isVoid('Ada', now - 1), isVoid('', now - 1)]).toEqual([false, false, false]);
  });

  it('voids what does not say when it was issued', async () => {
    await stage.revocations.revoke({ user: 'ada', issuedBefore: iso(0) });
    expect([isVoid('ada'), isVoid('ada', 0), isVoid('ben')]).toEqual([true, false, false]);
  });

  it('voids what claims to be issued in a future that no clock is that wrong about', async () => {
    const now = stage.clock.now();
    await stage.revocations.revoke({ user: 'ada' });
    expect([isVoid('ada', now * SECOND_MS), isVoid('ada', now + 60 * SECOND_MS)]).toEqual([true, false]);
    expect(isVoid('ben', now * SECOND_MS)).toBe(false);
  });

  it('voids one token, and leaves its user the others', async () => {
    await stage.revocations.revoke({ token: 'one' });
    const later = stage.clock.now() + DAY_MS;
    expect([isVoid('ada', later, 'one'), isVoid('ada', 0, 'two'), isVoid('ada', 0)]).toEqual([true, false, false]);
  });

  it('goes back to the moment that it is given, or ahead to it', async () => {
    const now = stage.clock.now();
    await stage.revocations.revoke({ user: 'ada', issuedBefore: iso(now - DAY_MS) });
    expect([isVoid('ada', now - 2 * DAY_MS), isVoid('ada', now - 1)]).toEqual([true, false]);
    await stage.revocations.revoke({ user: 'ada', issuedBefore: iso(now + DAY_MS) });
    expect(isVoid('ada', now + SECOND_MS)).toBe(true);
  });

  it('is one for each user and token, of the later moment', async () => {
    const now = stage.clock.now();
    const first = await stage.revocations.revoke({ user: 'ada' });
    const second = await stage.revocations.revoke({ user: 'ada', issuedBefore: iso(now - DAY_MS) });
    expect(second.id).not.toBe(first.id);
    expect(second.issuedBefore).toBe(first.issuedBefore);
    for (let again = 0; again < 2; again += 1) await stage.revocations.revoke({ token: 'one' });
    expect(stage.revocations.list().revocations).toHaveLength(2);
  });

  it('is lifted by its id', async () => {
    const now = stage.clock.now();
    const { id } = await stage.revocations.revoke({ user: 'ada' });
    await stage.revocations.lift(id);
    expect([isVoid('ada', now - 1), stage.revocations.count]).toEqual([false, 0]);
    await expect(stage.revocations.lift(id)).rejects.toMatchObject({ code: 'unknown-revocation' });
  });

  it('is forgotten once no token can live from before it', async () => {
    await stage.revocations.revoke({ user: 'ada' });
    await stage.revocations.revoke({ user: 'ben', issuedBefore: iso(stage.clock.now() + DAY_MS) });
    stage.clock.advance(DAY_MS);
    await vi.waitFor(() => expect(stage.revocations.list().revocations.map(({ user }) => user)).toEqual(['ben']));
  });

  it.each([
    [{}, /either user or token/],
    [{ user: 'ada', token: 'one' }, /either user or token/],
    [{ user: '' }, /user/],
    [{ token: 'one', issuedBefore: '2026-01-01T00:00:00Z' }, /issuedBefore: goes with a user/],
    [{ user: 'ada', issuedBefore: 'now' }, /issuedBefore/],
    [{ user: 'ada', before: '2026-01-01T00:00:00Z' }, /before/],
  ])('is not made of %j, and says why', async (draft, fault) => {
    const made = stage.revocations.revoke(draft);
    await expect(made).rejects.toMatchObject({ code: 'bad-request', message: expect.stringMatching(fault) });
  });

  it('[G4] is one of so many; whose access was taken back already can have it taken back again', async () => {
    for (let index = 0; index < 10; index += 1) await stage.revocations.revoke({ user: `user ${index}` });
    await expect(stage.revocations.revoke({ user: 'one more' })).rejects.toMatchObject({
      code: 'too-many-revocations',
      message: expect.stringContaining('access.maxRevocations'),
    });
    await stage.revocations.revoke({ user: 'user 3' });
    expect(stage.revocations.count).toBe(10);
  });

  it('is noted, with who asked for it', async () => {
    const { id } = await stage.revocations.revoke({ user: 'ada' }, { user: 'backend', address: '10.0.0.1' });
    await stage.revocations.lift(id, { user: 'backend', address: null });
    expect(stage.audit).toMatchObject([
      { event: 'access-revoked', id, user: 'ada', createdBy: 'backend', address: '10.0.0.1' },
      { event: 'revocation-lifted', id, by: 'backend', address: null },
    ]);
  });
});

describe('the list of revocations', () => {
  it('is gone through page by page, the latest first', async () => {
    for (const user of ['a', 'b', 'c', 'd', 'e']) {
      await stage.revocations.revoke({ user });
      stage.clock.advance(SECOND_MS);
    }
    const seen: (string | null)[] = [];
    let after: string | undefined;
    do {
      const { revocations, next } = stage.revocations.list({ limit: 2, ...(after === undefined ? {} : { after }) });
      seen.push(...revocations.map(({ user }) => user));
      after = next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(() => stage.revocations.list({ after: 'nowhere' })).toThrow(/no place in the list/);
  });

  it('is asked about one user', async () => {
    await stage.revocations.revoke({ user: 'ada' });
    await stage.revocations.revoke({ token: 'ada' });
    expect(stage.revocations.list({ user: 'ada' }).revocations).toMatchObject([{ user: 'ada', token: null }]);
    expect(stage.revocations.list({ user: 'ben' })).toEqual({ revocations: [], next: null });
  });
});
