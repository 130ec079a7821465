import { join } from 'node:path';
import { joinWithYWebsocket, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';
import { findBrokenPromises } from '../crash/edit-ledger.ts';
import type { Writer } from '../crash/writer.ts';
import { readGauge } from './read-gauge.ts';
import { connectAll, createWriters, expectKept, receiptsOf, startTyping, typeUntil } from './writers.ts';

let cluster: ServerCluster;
beforeEach(async () => {
  // Folding early and often, so that what is fetched from peers is also in segments.
  // And a Redis that a busy machine lets answer late is healthy: by default receipts are sent after a second without it.
  cluster = await startCluster({
    settings: { QUIRE_JOURNAL_COMPACT_ENTRIES: '40', QUIRE_CLUSTER_ACK_TIMEOUT_MS: '20000' },
  });
}, 60_000);
afterEach(() => cluster.close(), 60_000);

const urlsOf = (...nodes: readonly number[]): string[] => nodes.map((number) => cluster.node(number).wsUrl);

/** As it is at this moment. */
function copyOf(doc: Doc): Doc {
  const copy = new Doc();
  applyUpdate(copy, encodeStateAsUpdate(doc));
  return copy;
}

/** Writers come, type and leave. */
async function write(nodes: readonly number[], document: string, seed: number): Promise<readonly Writer[]> {
  const writers = createWriters(urlsOf(...nodes), document, seed);
  await connectAll(writers);
  await typeUntil(writers, 60);
  for (const writer of writers) writer.leave();
  return writers;
}

describe('a node that is lost', () => {
  it('[G1] with its disk and edits in flight: nothing that was receipted is missing on the others, nor on what takes its place', async () => {
    const writers = createWriters(urlsOf(0, 0, 0, 0), 'plan', 1);
    await connectAll(writers);
    await startTyping(writers, 50);
    const inFlight = writers.reduce((sum, writer) => sum + writer.inFlight, 0);
    await cluster.node(0).kill();
    await Promise.all(writers.map((writer) => writer.disconnected()));
    for (const writer of writers) writer.stopTyping();
    await cluster.node(0).replaceData(null);
    expect(inFlight).toBeGreaterThan(0);
    expect(receiptsOf(writers)).toBeGreaterThan(100);
    // The writers stay away: they would bring back what was lost.
    await expectKept(cluster, 'plan', writers);
    await cluster.node(0).start();
    await cluster.ready();
    await expectKept(cluster, 'plan', writers);
  }, 120_000);

  it('[G3] a new node takes edits no sooner than it has everything, and shows nothing short of it', async () => {
    const writers = await write([0, 1], 'plan', 2);
    await expectKept(cluster, 'plan', writers);
    // What was written before it came is with its peers alone, and these can't be reached.
    for (const node of cluster.nodes) node.peerLink.cut();
    await cluster.redis.flush();
    const added = await cluster.add();
    expect(await added.isReady()).toBe(false);
    // It hears what is written from now on, and that is not enough.
    const later = createWriters(urlsOf(1), 'plan', 3);
    await connectAll(later);
    await typeUntil(later, 20);
    expect(await added.isReady()).toBe(false);
    // An operator sees how much it lacks, of it and of the node that it is.
    await expect.poll(() => readGauge(added.url, 'quire_cluster_missing_entries')).toBeGreaterThan(0);
    expect(await readGauge(added.url, 'quire_cluster_nodes{state="catching-up"}')).toBe(1);
    await expect.poll(() => readGauge(cluster.node(0).url, 'quire_cluster_nodes{state="catching-up"}')).toBe(1);
    for (const node of cluster.nodes) node.heal();
    await added.ready();
    await expect.poll(() => readGauge(added.url, 'quire_cluster_missing_entries')).toBe(0);
    for (const writer of later) writer.leave();
    await expectKept(cluster, 'plan', [...writers, ...later]);
  }, 120_000);

  it('[R12] a new node that can’t get everything ends when it is told to, with status 0', async () => {
    const writers = await write([0], 'plan', 13);
    await expectKept(cluster, 'plan', writers);
    for (const node of cluster.nodes) node.peerLink.cut();
    await cluster.redis.flush();
    const added = await cluster.add();
    await until(() => added.server.log.includes('catches up with its cluster'), { what: 'it does not wait' });
    expect(await added.stop()).toMatchObject({ code: 0 });
    for (const node of cluster.nodes) node.heal();
  }, 120_000);

  it('[G2] [R11] one that is restored from an old backup gets what it lacks, and what it writes then is nobody else’s number', async () => {
    const before = await write([0, 2], 'plan', 4);
    const backup = join(cluster.directory, 'backup');
    await cluster.node(2).stop();
    await cluster.node(2).copyData(backup);
    await cluster.node(2).start();
    await cluster.ready();
    const since = await write([2, 1], 'plan', 5);
    await expectKept(cluster, 'plan', since);
    await cluster.node(2).stop();
    await cluster.node(2).replaceData(backup);
    await cluster.node(2).start();
    await cluster.ready();
    await expectKept(cluster, 'plan', [...before, ...since]);
    const after = await write([2, 0], 'plan', 6);
    await expectKept(cluster, 'plan', [...before, ...since, ...after]);
  }, 120_000);

  it('[G2] [R11] a directory that was cloned makes two nodes, which both write', async () => {
    const before = await write([0, 2], 'plan', 7);
    const clone = join(cluster.directory, 'clone');
    await cluster.node(2).stop();
    await cluster.node(2).copyData(clone);
    await cluster.node(2).start();
    const twin = await cluster.add({ data: clone });
    await twin.ready();
    await cluster.ready();
    const after = await write([2, twin.number, 0], 'plan', 8);
    await expectKept(cluster, 'plan', [...before, ...after]);
    // Also when both start again, side by side.
    await Promise.all([cluster.node(2).restart(), twin.restart()]);
    await cluster.ready();
    const last = await write([2, twin.number], 'plan', 9);
    await expectKept(cluster, 'plan', [...before, ...after, ...last]);
  }, 120_000);

  it('[R12] [G3] all of them, and Redis: they start without it, each with the other’s documents', async () => {
    const [one, two] = [await write([0], 'one', 10), await write([1], 'two', 11)];
    await expectKept(cluster, 'one', one);
    await expectKept(cluster, 'two', two);
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await cluster.redis.kill();
    // One has lost its disk besides.
    await cluster.node(2).replaceData(null);
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await cluster.node(0).ready();
    await cluster.node(1).ready();
    // The third knows of nobody, and can't ask: whoever comes waits, and is not shown that there is nothing.
    const reader = joinWithYWebsocket(cluster.node(2).wsUrl, 'one');
    const shown = new Promise<Doc>((resolve) => {
      reader.provider.on('sync', (isSynced: boolean) => {
        if (isSynced) resolve(copyOf(reader.doc));
      });
    });
    await cluster.redis.restart();
    await cluster.ready();
    expect(
      findBrokenPromises(
        await shown,
        one.map(({ ledger }) => ledger),
      ),
    ).toEqual([]);
    reader.leave();
    await expectKept(cluster, 'one', one);
    await expectKept(cluster, 'two', two);
  }, 120_000);

  it('[R12] is waited for by nobody, neither to take edits nor to start again', async () => {
    await cluster.node(2).kill();
    const writers = await write([0, 1], 'plan', 12);
    await cluster.node(1).restart();
    await cluster.node(1).ready();
    await expectKept(cluster, 'plan', writers);
    await cluster.node(2).start();
    await cluster.ready();
    await expectKept(cluster, 'plan', writers);
  }, 120_000);
});
