import { type DocumentName, problemSchema } from '@quire/protocol';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, readStored, startApiServer } from '../testing/api-server.ts';
import { describeAnswered, hasChanged, makeKnown, makeThere, sendTo } from '../testing/fuzzed-api.ts';
import { type Request, requestsOf, THERE } from '../testing/made-up-requests.ts';
import { readBack } from '../testing/read-back.ts';
import { RefusingStore } from '../testing/refusing-store.ts';
import type { ApiDescription } from './openapi/describe-api.ts';

const SEED = 20261128;
const RUNS = 12;
const REQUESTS = 24;
/** How many writes may succeed: most calls make one, and of those of `Comments` some make two or three. */
const writesThatSucceed = fc.constantFrom(0, 0, 0, 1, 1, 2);
const PLAN = 'plan' as DocumentName;

let store: RefusingStore;
let stage: ApiServer;
let described: ApiDescription;
beforeEach(async () => {
  store = new RefusingStore();
  stage = await startApiServer({}, { store });
  described = (await (await stage.ask('/openapi.json')).json()) as ApiDescription;
});
afterEach(() => stage.stop());

/**
 * What anybody is shown: the documents and what is in them, what is said about them, what is in the bin, and who may enter. A mark
 * in a text that leads to no thread is none of it.
 */
async function readShown(): Promise<string> {
  const show = async (path: string): Promise<unknown> => (await stage.ask(`${path}?limit=200`)).json();
  const { documents } = (await show('/documents')) as { documents: { name: DocumentName; title: string }[] };
  const parts: unknown[] = [
    documents.map(({ name, title }) => [name, title]),
    await show('/bin'),
    await show('/revocations'),
  ];
  for (const { name } of documents) {
    const path = `/documents/${encodeURIComponent(name)}`;
    const stored = await readStored(store, name);
    const text = await (await stage.ask(`${path}/content?format=text`)).text();
    parts.push([
      name,
      stored.getText('body').toString(),
      text,
      await show(`${path}/threads`),
      await show(`${path}/links`),
    ]);
  }
  return JSON.stringify(parts);
}

/** With how many writes the disk takes before it refuses one. */
function steps(): fc.Arbitrary<readonly (readonly [Request, number])[]> {
  const writing = requestsOf(described).filter(({ method }) => method !== 'GET');
  const step = fc.tuple(writing, writesThatSucceed);
  return fc.array(step, { minLength: REQUESTS, maxLength: REQUESTS });
}

describe('what is asked of the HTTP API while the disk refuses writes', () => {
  it('[G1] is done whole or not at all: not even half of what takes several writes is shown', async () => {
    const refused = new Set<string>();
    let done = 0;
    await fc.assert(
      fc.asyncProperty(steps(), async (all) => {
        for (const name of THERE) await makeThere(stage, name);
        const known = await makeKnown(stage, PLAN);
        let before = await readShown();
        for (const [request, writes] of all) {
          store.refuseAfter(writes);
          const answered = await sendTo(stage, request, known);
          store.mend();
          const what = `${describeAnswered(answered)}, of whose writes ${writes} may succeed: ${answered.text}`;
          const after = await readShown();
          if (answered.status >= 500) {
            expect(problemSchema.parse(JSON.parse(answered.text)).code, what).toBe('storage-refused');
            refused.add(request.id);
          }
          if (hasChanged(answered)) {
            if (answered.type?.startsWith('application/json') === true) known.learn(request, JSON.parse(answered.text));
            await readBack(stage, answered);
            done += 1;
          } else expect(after, what).toBe(before);
          before = after;
        }
      }),
      { seed: Number(process.env.QUIRE_FUZZ_SEED ?? SEED), numRuns: RUNS, endOnFailure: true },
    );
    // It was no fuzz if the disk refused nothing, or all.
    expect(refused.size, `refused: ${[...refused].join(', ')}`).toBeGreaterThan(8);
    expect(done).toBeGreaterThan(20);
  }, 120_000);
});
