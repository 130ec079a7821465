import { expect, it } from 'vitest';
import { createDocumentsApi } from './documents.ts';
import { ManualClock } from './testing/manual-clock.ts';

const link = {
  id: '0123456789abcdef',
  role: 'reader',
  label: 'For the board',
  expires: '2026-02-01T00:00:00.000Z',
  created: '2026-01-01T00:00:00.000Z',
  createdBy: 'ada',
} as const;

/** @param answers one after the other; the last of them again and again */
function serve(answers: readonly unknown[], status = 200) {
  const sent: { readonly method: string; readonly url: string; readonly body: unknown }[] = [];
  const { links, get } = createDocumentsApi({
    baseUrl: 'http://server',
    getToken: async () => '',
    clock: new ManualClock(),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.clone().text();
      sent.push({ method: request.method, url: request.url, body: text === '' ? null : JSON.parse(text) });
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      return status === 204 ? new Response(null, { status }) : Response.json(answer, { status });
    },
  });
  return { links, get, sent };
}

const LINKS = 'http://server/v1/documents/team%2Fplan/links';

it('a link is made of what it is to be, and comes with its token', async () => {
  const created = { ...link, token: 'qsl_secret', url: null };
  const { links, sent } = serve([created], 201);
  const wanted = { role: 'reader', label: 'For the board', expires: link.expires } as const;
  expect(await links.create('team/plan', wanted)).toEqual(created);
  expect(sent).toEqual([{ method: 'POST', url: LINKS, body: wanted }]);
});

it('links are listed without their secrets, all of them, however many pages that takes', async () => {
  const other = { ...link, id: 'fedcba9876543210' };
  const { links, sent } = serve([
    { links: [{ ...link, hash: 'never shown' }], next: 'a place' },
    { links: [other], next: null },
  ]);
  expect(await links.list('team/plan')).toEqual([link, other]);
  expect(sent).toEqual([
    { method: 'GET', url: `${LINKS}?limit=200`, body: null },
    { method: 'GET', url: `${LINKS}?limit=200&after=a+place`, body: null },
  ]);
});

it('a link is revoked by its id', async () => {
  const { links, sent } = serve([], 204);
  await links.revoke('team/plan', link.id);
  expect(sent).toEqual([{ method: 'DELETE', url: `${LINKS}/${link.id}`, body: null }]);
});

it('one document comes with what its reader may do', async () => {
  const plan = {
    name: 'team/plan',
    title: 'Plan',
    created: link.created,
    edited: link.created,
    size: 42,
    damaged: false,
    role: 'owner',
  };
  expect(await serve([plan]).get('team/plan')).toEqual(plan);
  const { role: _, ...without } = plan;
  await expect(serve([without]).get('team/plan')).rejects.toMatchObject({ code: 'bad-answer' });
});
