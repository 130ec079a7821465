import { createRandom, inventSeed, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createHocuspocusTypist, createYWebsocketTypist } from '../drain/provider-typists.ts';
import { followReturns } from '../drain/returns.ts';
import { createSdkTypist } from '../drain/sdk-typist.ts';
import type { Typist } from '../drain/typist.ts';
import { MAX_UNSAVED_MS, MAX_WAIT_MS, watchWaits } from '../drain/watch-waits.ts';

/** Ten edits a second by each of twelve: what they wait for are the nodes, not each other. */
const TYPE_EVERY_MS = 100;
/** So that every part of a run has its share of edits, also on a slow machine. */
const MIN_CONFIRMED = 20;

let cluster: ServerCluster | null = null;
let leave = (): void => {};
afterEach(async () => {
  leave();
  await cluster?.close();
  cluster = null;
}, 60_000);

describe('three nodes that are restarted one after the other, while people type', () => {
  it.each(['document', 'roundrobin'] as const)(
    '[G1] [G2] lose nothing, and nobody waits more than 3 s, with published providers neither: each gets in at the first attempt (balanced by %s)',
    async (balance) => {
      const seed = inventSeed();
      const random = createRandom(seed);
      cluster = await startCluster({ balance });
      const { wsUrl } = cluster.balancer;
      const options = (document: string, name: string) => ({ wsUrl, document, name, random: random.fork() });
      const documents = ['alpha', 'beta', 'gamma'];
      const own = documents.flatMap((document) => [
        createSdkTypist(options(document, `Ada ${document}`)),
        createSdkTypist(options(document, `Ben ${document}`)),
      ]);
      const others = documents.flatMap((document) => [
        createHocuspocusTypist(options(document, `Eve ${document}`)),
        createYWebsocketTypist(options(document, `Joe ${document}`)),
      ]);
      const typists: readonly Typist[] = [...own, ...others];
      await Promise.all(own.map((typist) => typist.loaded()));
      await until(() => typists.every((typist) => typist.isConnected), { what: 'all are in' });
      const typing = setInterval(() => {
        for (const typist of typists) typist.type();
      }, TYPE_EVERY_MS);
      const waits = watchWaits(typists);
      leave = () => {
        clearInterval(typing);
        waits.stop();
        for (const typist of typists) typist.leave();
      };

      for (const node of cluster.nodes) {
        await untilConfirmed(own, MIN_CONFIRMED);
        // The other nodes are ready all the time: whoever is sent away finds one of them, and has not failed before.
        const describeReturns = followReturns(others)();
        const { code } = await node.stop();
        expect(code).toBe(0);
        await untilConfirmed(own, MIN_CONFIRMED);
        await node.start();
        await node.ready();
        await until(() => typists.every((typist) => typist.isConnected), {
          what: () => `${typists.filter(({ isConnected }) => !isConnected).map(({ name }) => name)} are not back`,
          timeoutMs: 40_000,
        });
        for (const { name, attempts } of describeReturns())
          expect([name, attempts]).toEqual([name, Math.min(attempts, 1)]);
      }
      await untilConfirmed(own, MIN_CONFIRMED);
      clearInterval(typing);
      await Promise.all(own.map((typist) => typist.saved()));

      const { longest, oldestEdits } = waits;
      console.log(JSON.stringify({ seed, balance, longest, oldestEdits }));
      for (const [name, ms] of Object.entries(longest)) expect([name, ms <= MAX_WAIT_MS]).toEqual([name, true]);
      for (const [name, ms] of Object.entries(oldestEdits)) expect([name, ms <= MAX_UNSAVED_MS]).toEqual([name, true]);
      for (const document of documents) {
        const group = typists.filter(({ name }) => name.endsWith(` ${document}`));
        const made = group.flatMap((typist) => typist.made);
        const hasAll = (doc: Typist['doc']): boolean => made.every((mark) => doc.getMap('marks').has(mark));
        await until(() => group.every(({ doc }) => hasAll(doc)), { what: `everybody has all of ${document}` });
        await cluster.converged(document, { until: hasAll });
      }
    },
    180_000,
  );
});

/** Resolves once each has had so many more edits confirmed. */
async function untilConfirmed(typists: readonly Typist[], wanted: number): Promise<void> {
  const before = typists.map((typist) => typist.confirmed.length);
  await until(() => typists.every((typist, index) => typist.confirmed.length >= (before[index] ?? 0) + wanted), {
    what: () => {
      const counts = typists.map((typist, index) => typist.confirmed.length - (before[index] ?? 0));
      return `${counts.join(', ')} of ${wanted} edits each are confirmed`;
    },
    timeoutMs: 30_000,
  });
}
