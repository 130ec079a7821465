import { startCluster } from '@quire/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAll, createWriters, expectKept, typeUntil } from './writers.ts';

describe('a cluster whose nodes were all stopped, one before the others', () => {
  it.each([
    ['with what Redis still has', false],
    ['with a Redis that has forgotten everything', true],
  ])(
    '[G1] [G3] [R12] starts again %s, and every node has what any of them had',
    async (_, isForgotten) => {
      const cluster = await startCluster();
      onTestFinished(() => cluster.close(), 60_000);
      const write = async (document: string, seed: number, ...numbers: readonly number[]) => {
        const urls = numbers.map((number) => cluster.node(number).wsUrl);
        const writers = createWriters(urls, document, seed);
        await connectAll(writers);
        await typeUntil(writers, 40);
        for (const writer of writers) writer.leave();
        return writers;
      };
      const early = await write('early', 1, 0, 1, 2);
      await expectKept(cluster, 'early', early);
      expect(await cluster.node(2).stop()).toMatchObject({ code: 0 });
      const late = await write('late', 2, 0, 1);
      for (const end of await Promise.all([cluster.node(0).stop(), cluster.node(1).stop()])) {
        expect(end).toMatchObject({ code: 0 });
      }
      if (isForgotten) await cluster.redis.flush();
      await Promise.all(cluster.nodes.map((node) => node.start()));
      await cluster.ready();
      await expectKept(cluster, 'early', early);
      await expectKept(cluster, 'late', late);
      const since = await write('late', 3, 2, 0);
      await expectKept(cluster, 'late', [...late, ...since]);
    },
    120_000,
  );
});
