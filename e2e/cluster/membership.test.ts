import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '@quire/client';
import { type ServerCluster, startCluster } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Doc } from 'yjs';
import { z } from 'zod';
import { readGauge, sumGauges } from './read-gauge.ts';
import { connectAll, createWriters, expectKept, typeUntil } from './writers.ts';

const QUIRE = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'quire');
const SECRET = 'what an operator has in the settings of all nodes';
const nodesSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      address: z.string(),
      state: z.string(),
      isSelf: z.boolean(),
      missingEntries: z.number(),
    }),
  ),
});
type Listed = z.infer<typeof nodesSchema>['nodes'][number];

/** An answer holds some mebibyte, so it takes several. */
const PIECES = 40;
const PIECE_BYTES = 128 * 1024;
const NARROW_BYTES_PER_SECOND = 512 * 1024;

let cluster: ServerCluster;
beforeEach(async () => {
  // What all others must have before it is receipted, once Redis is away: a node that is still counted would keep it from that.
  cluster = await startCluster({ settings: { QUIRE_CLUSTER_SECRET: SECRET, QUIRE_CLUSTER_RECEIPTS: 'strict' } });
}, 60_000);
afterEach(() => cluster.close(), 60_000);

/** As an operator runs it, beside a node. @throws {Error} with what it printed, when it does not exit with 0 */
async function nodes(asked: number, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(QUIRE, ['nodes', ...args, '--url', cluster.node(asked).url], {
    env: { ...process.env, QUIRE_REDIS: cluster.redis.url, QUIRE_CLUSTER_SECRET: SECRET },
  });
  return stdout;
}

async function list(asked: number): Promise<readonly Listed[]> {
  return nodesSchema.parse(JSON.parse(await nodes(asked, '--json'))).nodes;
}

async function idOf(number: number): Promise<string> {
  return (await list(number)).find(({ isSelf }) => isSelf)?.id ?? '';
}

/** Writers come to these nodes, type until each has its receipts, and leave. */
async function write(document: string, seed: number, ...numbers: readonly number[]): Promise<void> {
  const writers = createWriters(
    numbers.map((number) => cluster.node(number).wsUrl),
    document,
    seed,
  );
  await connectAll(writers);
  await typeUntil(writers, 20);
  for (const writer of writers) writer.leave();
  await expectKept(cluster, document, writers);
}

async function expectAllReady(asked: number, count: number): Promise<void> {
  await expect
    .poll(async () => (await list(asked)).map(({ state, missingEntries }) => `${state}, ${missingEntries}`))
    .toEqual(Array.from({ length: count }, () => 'ready, 0'));
}

/** One entry of the journal each, that no compression makes smaller than half; resolves once all nodes have all of them. */
async function writePieces(document: string): Promise<void> {
  const client = connect({ url: `${cluster.node(0).wsUrl}/collab`, offline: false });
  try {
    const room = client.open(document);
    await room.whenLoaded();
    for (let piece = 0; piece < PIECES; piece += 1) {
      room.doc.getText('body').insert(0, randomBytes(PIECE_BYTES).toString('hex'));
      await room.whenSaved();
    }
  } finally {
    client.close();
  }
  await cluster.converged(document, { until: isWhole, timeoutMs: 30_000 });
}

function isWhole(doc: Doc): boolean {
  return doc.getText('body').length === PIECES * PIECE_BYTES * 2;
}

/** Entries that the first three nodes have given to others. */
const countServed = (): Promise<number> =>
  sumGauges(cluster.nodes.slice(0, 3), 'quire_cluster_entries_total{way="served"}');

describe('with quire nodes, an operator', () => {
  it('[G1] [R12] has a node forgotten that was lost with its disk and replaced: nobody waits for it any more', async () => {
    await write('before', 1, 0, 1, 2);
    const lost = await idOf(2);
    await cluster.node(2).kill();
    await cluster.node(2).replaceData(null);
    const added = await cluster.add();
    await added.ready();
    await write('between', 2, 0, 1, 3);
    await expect
      .poll(async () => (await list(0)).map(({ state }) => state).sort())
      .toEqual(['ready', 'ready', 'ready', 'silent']);
    expect(await nodes(0, 'forget', lost)).toContain(lost);
    await expectAllReady(0, 3);
    for (const { redisLink } of cluster.nodes) redisLink.cut();
    await write('between', 3, 0, 1, 3);
  }, 120_000);

  it('[R12] takes one node out of a cluster, and the others start again without it', async () => {
    await write('plan', 4, 0, 1, 2);
    const leaving = await idOf(1);
    await cluster.node(1).stop();
    await expect.poll(async () => (await list(0)).every(({ missingEntries }) => missingEntries === 0)).toBe(true);
    await nodes(0, 'forget', leaving);
    await expectAllReady(2, 2);
    await cluster.redis.flush();
    await cluster.node(0).restart();
    await cluster.node(0).ready();
    for (const { redisLink } of cluster.nodes) redisLink.cut();
    await write('plan', 5, 0, 2);
  }, 120_000);

  it('[R12] sees how much a node lacks that catches up; over a line that breaks midway it goes on from there, and nothing is sent it twice', async () => {
    await writePieces('long');
    // Its peers alone have that, and it reaches one of them, over a narrow line.
    await cluster.redis.flush();
    const [line, ...others] = cluster.nodes.map(({ peerLink }) => peerLink);
    for (const other of others) other.cut();
    line?.narrow(NARROW_BYTES_PER_SECOND);
    const added = await cluster.add();
    await expect
      .poll(() => readGauge(added.url, 'quire_cluster_entries_total{way="pulled"}'), { timeout: 30_000 })
      .toBeGreaterThan(0);
    line?.cut();
    const { id, missingEntries, state } =
      (await list(3)).find(({ isSelf }) => isSelf) ?? expect.fail('it is not listed');
    expect(state).toBe('catching-up');
    expect(missingEntries).toBeGreaterThan(0);
    expect(missingEntries).toBeLessThan(PIECES);
    const told = await nodes(3);
    expect(told).toMatch(new RegExp(`${id} \\(asked\\) .* catching up .* ${missingEntries}\n`));
    expect(told).toContain('It is not ready: ');
    expect((await list(0)).find((one) => one.id === id)).toMatchObject({ state: 'catching-up' });
    const served = await countServed();
    for (const { peerLink } of cluster.nodes) peerLink.heal();
    await added.ready();
    await expectAllReady(3, 4);
    expect((await countServed()) - served).toBe(missingEntries);
    await cluster.converged('long', { until: isWhole, timeoutMs: 30_000 });
  }, 120_000);
});
