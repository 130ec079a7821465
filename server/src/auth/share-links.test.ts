import { MemoryStore } from '@quire/persistence';
import { closeCodes, type DocumentName } from '@quire/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AccessStage, createDocument, openAccessStage } from '../testing/access-stage.ts';

const HOUR_MS = 3_600_000;

let stage: AccessStage;
let plan: DocumentName;
beforeEach(async () => {
  stage = await openAccessStage();
  plan = await createDocument(stage, 'plan');
});
afterEach(() => stage.stop());

const inAnHour = (): string => new Date(stage.clock.now() + HOUR_MS).toISOString();
const ended = expect.objectContaining({ closeCode: closeCodes.linkEnded });
const ada = { user: 'ada', address: '10.0.0.1' };

describe('[G6] a share link', () => {
  it.each(['reader', 'commenter', 'editor'] as const)(
    'lets a %s into its document, and into no other',
    async (role) => {
      const { token, id } = await stage.links.create(plan, { role });
      const access = await stage.links.open(token);
      expect(access).toMatchObject({ user: { id: '', name: null }, expiresAt: null, link: id });
      expect(access.ownsAll).toBeUndefined();
      const others = ['plan/b', 'other', '**', 'Plan'] as DocumentName[];
      expect([plan, ...others].map((name) => access.roleIn(name))).toEqual([role, null, null, null, null]);
    },
  );

  it('shows its secret once: nothing that is kept opens anything', async () => {
    const { token, ...shown } = await stage.links.create(plan, { role: 'reader', label: ' For Ben ' }, ada);
    expect(token).toMatch(/^qsl_[0-9a-f]{16}_[\w-]{43}$/);
    expect(shown).toMatchObject({ role: 'reader', label: 'For Ben', expires: null, createdBy: 'ada' });
    expect(await stage.links.list(plan)).toEqual([shown]);
    const secret = token.slice(-43);
    expect(JSON.stringify([shown, stage.audit])).not.toContain(secret);
    const stored = await stage.store.load('\ufdd0registry');
    for (const { updates } of stored?.entries ?? []) {
      for (const { update } of updates) expect(Buffer.from(update).toString('latin1')).not.toContain(secret);
    }
    await expect(stage.links.open(`qsl_${shown.id}_${'x'.repeat(43)}`)).rejects.toEqual(ended);
  });

  it('can’t be guessed, shortened, lengthened or made of another', async () => {
    const { token } = await stage.links.create(plan, { role: 'reader' });
    const other = await stage.links.create(plan, { role: 'editor' });
    const guesses = [
      'qsl_',
      `${token.slice(0, 20)}_${other.token.slice(-43)}`,
      token.slice(0, -1),
      `${token}x`,
      token.toUpperCase(),
      ` ${token}`,
      token.replace('qsl_', 'qsl_qsl_'),
    ];
    for (const guess of guesses) await expect(stage.links.open(guess), guess).rejects.toEqual(ended);
  });

  it('is over when it is revoked, and only then', async () => {
    const kept = await stage.links.create(plan, { role: 'reader' });
    const revoked = await stage.links.create(plan, { role: 'reader' });
    const other = await createDocument(stage, 'other');
    const unknown = { code: 'unknown-link' };
    await expect(stage.links.revoke(other, revoked.id)).rejects.toMatchObject(unknown);
    await stage.links.revoke(plan, revoked.id, ada);
    await expect(stage.links.open(revoked.token)).rejects.toEqual(ended);
    await expect(stage.links.revoke(plan, revoked.id)).rejects.toMatchObject(unknown);
    expect((await stage.links.open(kept.token)).roleIn(plan)).toBe('reader');
    expect((await stage.links.list(plan)).map(({ id }) => id)).toEqual([kept.id]);
  });

  it('is over at its time, and then taken away', async () => {
    const { id, token } = await stage.links.create(plan, { role: 'reader', expires: inAnHour() });
    const access = await stage.links.open(token);
    expect(access.expiresAt).toBe(stage.clock.now() + HOUR_MS);
    stage.clock.advance(HOUR_MS - 1);
    expect(stage.standing.findEnd(access)).toBeNull();
    expect((await stage.links.list(plan)).map((link) => link.id)).toEqual([id]);
    stage.clock.advance(1);
    expect(stage.standing.findEnd(access)).toBe(closeCodes.linkEnded);
    await expect(stage.links.open(token)).rejects.toEqual(ended);
    expect(await stage.links.list(plan)).toEqual([]);
    stage.clock.advance(HOUR_MS);
    await vi.waitFor(() => expect(stage.links.count).toBe(0));
  });

  it('[R14] ends with its document: it does not open the next one of that name', async () => {
    const { token } = await stage.links.create(plan, { role: 'editor' });
    const access = await stage.links.open(token);
    const before = await stage.store.stat(plan);
    await stage.documents.delete(plan);
    await expect(stage.links.open(token)).rejects.toEqual(ended);
    expect(stage.links.count).toBe(0);
    await createDocument(stage, 'plan');
    const fresh = await stage.links.create(plan, { role: 'reader' });
    await expect(stage.links.open(token)).rejects.toEqual(ended);
    expect(await stage.links.list(plan)).toHaveLength(1);
    expect((await stage.links.open(fresh.token)).roleIn(plan)).toBe('reader');
    expect(before?.state === 'live' && stage.standing.findEnd(access, { name: plan, life: before.epoch })).toBe(
      closeCodes.linkEnded,
    );
  });

  it('[R14] ends with its document, also when the server ended before it could be taken away', async () => {
    const { token, id } = await stage.links.create(plan, { role: 'editor' });
    const access = await stage.links.open(token);
    await stage.collaboration.delete(plan);
    await createDocument(stage, 'plan');
    await expect(stage.links.open(token)).rejects.toEqual(ended);
    expect(await stage.links.list(plan)).toEqual([]);
    await expect(stage.links.revoke(plan, id)).rejects.toMatchObject({ code: 'unknown-link' });
    const stat = await stage.store.stat(plan);
    expect(stat?.state === 'live' && stage.standing.findEnd(access, { name: plan, life: stat.epoch })).toBe(
      closeCodes.linkEnded,
    );
    expect(stage.links.count).toBe(1);
    await stage.links.create(plan, { role: 'reader' });
    expect(stage.links.count).toBe(1);
  });

  it('opens nothing while nobody can look its document up', async () => {
    const store = new MemoryStore();
    const other = await openAccessStage({ store });
    const { token } = await other.links.create(await createDocument(other, 'plan'), { role: 'reader' });
    store.stat = () => Promise.reject(new Error('the disk is away'));
    await expect(other.links.open(token)).rejects.toMatchObject({ closeCode: closeCodes.authUnavailable });
    await other.stop();
  });
});

describe('a link is made', () => {
  it('only for a document that there is', async () => {
    await expect(stage.links.create('nothing' as DocumentName, { role: 'reader' })).rejects.toMatchObject({
      code: 'unknown-document',
    });
    await expect(stage.links.list('nothing' as DocumentName)).rejects.toMatchObject({ code: 'unknown-document' });
  });

  it.each([
    [{ role: 'owner' }, /role/],
    [{}, /role/],
    [{ role: 'reader', expires: '2020-01-01T00:00:00Z' }, /expires: .* is over already/],
    [{ role: 'reader', expires: 'tomorrow' }, /expires/],
    [{ role: 'reader', expired: '2099-01-01T00:00:00Z' }, /expired/],
    [{ role: 'reader', label: 'x'.repeat(101) }, /label/],
  ])('not as %j, and says why', async (draft, fault) => {
    const made = stage.links.create(plan, draft as never);
    await expect(made).rejects.toMatchObject({ code: 'bad-request', message: expect.stringMatching(fault) });
    expect(stage.links.count).toBe(0);
  });

  it('[G4] at most so many times for a document, and for all of them', async () => {
    for (let index = 0; index < 10; index += 1) {
      await stage.links.create(plan, { role: 'reader', ...(index === 0 ? { expires: inAnHour() } : {}) });
    }
    const full = stage.links.create(plan, { role: 'reader' });
    await expect(full).rejects.toMatchObject({
      code: 'too-many-links',
      message: expect.stringContaining('at most 10'),
    });
    stage.clock.advance(HOUR_MS);
    await stage.links.create(plan, { role: 'reader' });

    const small = await openAccessStage({ limits: { maxLinks: 1 } });
    await small.links.create(await createDocument(small, 'a'), { role: 'reader' });
    const other = await createDocument(small, 'b');
    await expect(small.links.create(other, { role: 'reader' })).rejects.toMatchObject({
      code: 'too-many-links',
      message: expect.stringContaining('access.maxLinks'),
    });
    await small.stop();
  });

  it('and revoked, with a note of who did it, and from where', async () => {
    const { id } = await stage.links.create(plan, { role: 'editor', expires: inAnHour() }, ada);
    await stage.links.revoke(plan, id, { user: 'ben', address: null });
    expect(stage.audit).toMatchObject([
      { event: 'link-created', document: plan, link: id, role: 'editor', user: 'ada', address: '10.0.0.1' },
      { event: 'link-revoked', document: plan, link: id, user: 'ben', address: null },
    ]);
  });
});
