import { contentTypes, type DocumentName } from '@quire/protocol';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { Grant } from '../auth/authenticator.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { addContentRoutes } from './content-routes.ts';
import type { Contents } from './contents.ts';
import { toApiError } from './problems.ts';

const grant: Grant = { role: 'reader', canWrite: false, user: { id: 'ada', name: null }, expiresAt: null };
const text = 'x'.repeat(100_000);

/** Documents of which each is as large as the other, and counts how often it was read. */
function createLarge() {
  const reads: DocumentName[] = [];
  const contents: Pick<Contents, 'read' | 'readUpdate'> = {
    async read(name) {
      reads.push(name);
      return { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
    },
    async readUpdate(name) {
      reads.push(name);
      return new Uint8Array(text.length);
    },
  };
  const api = new Hono();
  api.onError((error) => Response.json(toApiError(error).code, { status: 503 }));
  addContentRoutes(api, {
    contents: contents as Contents,
    clock: new ManualClock(),
    admit: async () => grant,
    addressOf: () => '127.0.0.1',
  });
  const ask = (path: string) => Promise.resolve(api.request(`http://localhost/v1/documents/${path}`));
  return { ask, reads };
}

it('[G4] a node gives out so many large documents at once, as update and as text, and reads no more', async () => {
  const { ask, reads } = createLarge();
  const given = await Promise.all(
    Array.from({ length: 8 }, (_, at) => [ask(`plan-${at}/update`), ask(`plan-${at}/content?format=text`)]).flat(),
  );
  expect(given.map(({ status }) => status)).toEqual(Array(16).fill(200));
  for (const path of ['other/update', 'other/content?format=text']) {
    expect(await (await ask(path)).json()).toBe('overloaded');
  }
  expect(reads).toHaveLength(16);
  expect((await given[0]?.arrayBuffer())?.byteLength).toBe(text.length);
  expect(await given[1]?.text()).toContain(text);
  expect(given[1]?.headers.get('content-type')).toContain(contentTypes.text);
  expect((await ask('other/update')).status).toBe(200);
});
