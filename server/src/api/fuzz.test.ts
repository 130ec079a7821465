import { type DocumentName, problemKinds, problemSchema } from '@quire/protocol';
import { joinWithHocuspocus } from '@quire/testing';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import {
  describeAnswered,
  hasChanged,
  knowSessions,
  makeKnown,
  makeThere,
  readEverything,
  sendTo,
} from '../testing/fuzzed-api.ts';
import { groupsOf, requestsOf, THERE } from '../testing/made-up-requests.ts';
import { readBack } from '../testing/read-back.ts';
import type { ApiDescription, DescribedOperation } from './openapi/describe-api.ts';

/** Seeds that once found something stay. Another one with QUIRE_FUZZ_SEED, which a failure names. */
const SEEDS = [20261126, 1, 2];
const RUNS = 30;
/** Some 1.5 requests in each. */
const GROUPS = 28;
/** The document that the most is asked of, see `makeKnown`. */
const PLAN = 'plan' as DocumentName;

let stage: ApiServer;
let described: ApiDescription;
beforeEach(async () => {
  stage = await startApiServer();
  described = (await (await stage.ask('/openapi.json')).json()) as ApiDescription;
});
afterEach(() => stage.stop());

function findCall(id: string): DescribedOperation {
  const calls = Object.values(described.paths).flatMap((methods) => Object.values(methods));
  const call = calls.find(({ operationId }) => operationId === id);
  if (call === undefined) throw new Error(`${id} is not described`);
  return call;
}

/** What each call was answered with, and how often. */
function describeTally(tally: ReadonlyMap<string, ReadonlyMap<number, number>>): string {
  const lines = [...tally].sort().map(([id, statuses]) => {
    const counts = [...statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${status} × ${count}`);
    return `  ${id}: ${counts.join(', ')}`;
  });
  return lines.join('\n');
}

const chosen = process.env.QUIRE_FUZZ_SEED;
/** The calls that went through, of any seed. */
const wentThrough = new Set<string>();

describe('whatever is sent to the HTTP API, as its own description says or not', () => {
  it.each(chosen === undefined ? SEEDS : [Number(chosen)])(
    '[G4] nothing is answered with a server’s error, each answer is one that is described, what is refused has changed nothing, and what is not is done whole (seed %i)',
    async (seed) => {
      const tally = new Map<string, Map<number, number>>();
      const count = (id: string, status: number): void => {
        const statuses = tally.get(id) ?? new Map<number, number>();
        tally.set(id, statuses.set(status, (statuses.get(status) ?? 0) + 1));
      };
      await fc.assert(
        fc.asyncProperty(groupsOf(requestsOf(described), GROUPS), async (groups) => {
          for (const name of THERE) await makeThere(stage, name);
          const person = joinWithHocuspocus(stage.server.url.replace('http', 'ws'), PLAN, {});
          const known = await makeKnown(stage, PLAN);
          await knowSessions(stage, PLAN, known);
          let before = await readEverything(stage);
          for (const group of groups) {
            const answers = await Promise.all(group.map((request) => sendTo(stage, request, known)));
            for (const answered of answers) {
              const { request, status, text, type } = answered;
              const what = describeAnswered(answered);
              count(request.id, status);
              expect(status, what).toBeLessThan(500);
              expect(Object.keys(findCall(request.id).responses).map(Number), what).toContain(status);
              if (status >= 400) {
                expect(type, what).toBe('application/problem+json');
                const problem = problemSchema.parse(JSON.parse(text));
                expect(Object.keys(problemKinds), what).toContain(problem.code);
              } else if (type?.startsWith('application/json') === true) known.learn(request, JSON.parse(text));
            }
            const after = await readEverything(stage);
            const writers = answers.filter(hasChanged);
            if (writers.length === 0) expect(after, answers.map(describeAnswered).join('\n')).toBe(before);
            // Of several at once, one may have undone what another did.
            else if (answers.length === 1) for (const answered of writers) await readBack(stage, answered);
            before = after;
          }
          person.leave();
        }),
        { seed, numRuns: RUNS, endOnFailure: true },
      );
      // It was no fuzz if nothing ever went through.
      const good = [...tally].filter(([, statuses]) => [...statuses.keys()].some((status) => status < 400));
      for (const [id] of good) wentThrough.add(id);
      console.log(`seed ${seed}\n${describeTally(tally)}`);
      expect(good.length, 'calls that went through').toBeGreaterThan(20);
    },
    120_000,
  );

  it.skipIf(chosen !== undefined)('has gone through each of the calls: none was only ever refused', () => {
    const ids = Object.values(described.paths).flatMap((methods) =>
      Object.values(methods).map((call) => call.operationId),
    );
    expect(ids.filter((id) => !wentThrough.has(id))).toEqual([]);
  });
});
