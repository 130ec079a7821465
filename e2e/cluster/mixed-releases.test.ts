import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { presenceListSchema } from '@quire/protocol';
import { eventually, joinWithHocuspocus, type ServerCluster, startCluster, until } from '@quire/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findBrokenPromises } from '../crash/edit-ledger.ts';
import type { Writer } from '../crash/writer.ts';
import { RELEASE } from './next-release/changes.ts';
import { NEXT_RELEASE, type Novelty } from './next-release/novelties.ts';
import { readGauge, sumGauges } from './read-gauge.ts';
import { harmRedisLinks } from './redis-links.ts';
import { connectAll, createWriters, expectKept, typeUntil } from './writers.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'next-release', 'preload.ts'));
const RECEIPTS = 20;

let directory: string;
let cluster: ServerCluster;
const leaving: (() => void)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-releases-'));
  cluster = await startCluster({
    settings: { NODE_OPTIONS: `--import=${PRELOAD}`, QUIRE_LIMITS_UNLOAD_DELAY_MS: '0' },
    settingsOf: (node) => ({ [NEXT_RELEASE]: releaseFile(node) }),
  });
}, 60_000);
afterEach(async () => {
  for (const leave of leaving.splice(0)) leave();
  await cluster.close();
  await rm(directory, { recursive: true });
}, 60_000);

const releaseFile = (node: number): string => join(directory, `node-${node}`);

/** As an operator does it: stops the node, puts the next release in the place of the old one, and starts it. */
async function upgrade(node: number, ...novelties: readonly Novelty[]): Promise<void> {
  await cluster.node(node).stop();
  await writeFile(releaseFile(node), novelties.join(' '));
  await cluster.node(node).start();
  await cluster.node(node).ready();
}

async function putBack(node: number): Promise<void> {
  await cluster.node(node).stop();
  await rm(releaseFile(node));
  await cluster.node(node).start();
}

/** Writers come to these nodes, have their receipts, and leave: nobody can bring anything back. */
async function write(document: string, seed: number, nodes: readonly number[]): Promise<Writer[]> {
  const writers = createWriters(
    nodes.map((node) => cluster.node(node).wsUrl),
    document,
    seed,
  );
  await connectAll(writers);
  await typeUntil(writers, RECEIPTS);
  for (const writer of writers) writer.leave();
  return writers;
}

/** What each node says of itself, as it lies in Redis. */
async function releases(): Promise<readonly string[]> {
  const said = (await cluster.redis.command('HVALS', 'quire:{q}:a')) as readonly string[];
  const words = said.map((text) => JSON.parse(text) as { readonly release: string; readonly state: string });
  return words.filter(({ state }) => state !== 'leaving').map(({ release }) => release);
}

const isNext = (release: string): boolean => release === RELEASE;

async function listPeople(node: number, document: string): Promise<number> {
  const answer = await fetch(`${cluster.node(node).url}/v1/documents/${document}/presence`);
  return presenceListSchema.parse(await answer.json()).people.length;
}

const whyNotReady = async (node: number): Promise<string> => (await fetch(`${cluster.node(node).url}/readyz`)).text();

const ALL = [0, 1, 2];

it('[G1] [G2] a release that says more than the one before is understood by it, node after node, over Redis and without', async () => {
  const people = ALL.map((node) => joinWithHocuspocus(cluster.node(node).wsUrl, 'seen'));
  leaving.push(...people.map((person) => () => person.leave()));
  const everybodySeesAll = () =>
    until(() => people.every(({ provider }) => provider.awareness?.getStates().size === ALL.length), {
      what: 'everybody sees all',
      timeoutMs: 30_000,
    });
  await everybodySeesAll();
  for (const node of ALL) {
    await upgrade(node, 'fields');
    expect((await releases()).filter(isNext)).toHaveLength(node + 1);
    await expectKept(cluster, 'plan', await write('plan', node, ALL));
    await everybodySeesAll();
    const heal = harmRedisLinks(cluster, (link) => link.cut());
    await expectKept(cluster, 'plan', await write('plan', 10 + node, ALL));
    heal();
    await everybodySeesAll();
  }
  for (const fault of ['damaged', 'unknown-version']) {
    const refused = await sumGauges(cluster.nodes, `quire_cluster_records_refused_total{reason="${fault}"}`);
    expect([fault, refused]).toEqual([fault, 0]);
  }
}, 240_000);

it('[G1] [G3] [R12] [R13] what a release can’t read of the next one’s it lacks and says so, and has once it is upgraded', async () => {
  const [first, old, older] = [cluster.node(0), cluster.node(1), cluster.node(2)];
  await upgrade(0, 'fields', 'records');
  const plan = await write('plan', 1, ALL);
  const fresh = await write('new/one', 2, [0]);
  await expectKept(cluster, 'plan', plan);
  for (const { url } of [old, older]) {
    await eventually(
      async () => (await readGauge(url, 'quire_cluster_records_refused_total{reason="unknown-version"}')) > 0,
      {
        what: 'it has met a record that it can not read',
      },
    );
    // It can't know that there is none of this name.
    await eventually(async () => (await fetch(`${url}/v1/documents/new%2Fone`)).status === 503, {
      what: 'it does not call a document new that it can not read',
    });
  }
  const more = await write('plan', 3, ALL);
  await expectKept(cluster, 'plan', [...plan, ...more]);

  await old.restart();
  await eventually(async () => (await whyNotReady(1)).includes('later release'), {
    what: 'a node that must catch up on what it can not read says why it is not ready',
  });
  expect(JSON.parse(await whyNotReady(1))).toMatchObject({ reasons: [{ code: 'cluster-catching-up' }] });

  // From now on only the disk of the first has it.
  await cluster.redis.flush();
  await first.kill();
  await first.start();
  for (const node of [1, 2]) await upgrade(node, 'fields', 'records');
  await cluster.ready();
  await expectKept(cluster, 'new/one', fresh);
  await expectKept(cluster, 'plan', [...plan, ...more]);
  // What is ready may still look, for a moment, for names that it can't have read.
  for (const { url } of cluster.nodes) {
    await eventually(async () => (await fetch(`${url}/v1/documents/new%2Ftwo`)).status === 404, {
      what: 'it knows that there is none of this name',
    });
  }
  await expectKept(cluster, 'new/two', await write('new/two', 4, ALL));
}, 240_000);

it('[G1] [G3] [G7] [R12] [R13] a node whose words the others can’t read loses nothing, leaves no ghosts, and gives everything once all are upgraded', async () => {
  const known = await write('plan', 3, ALL);
  await expectKept(cluster, 'plan', known);
  await expectKept(cluster, 'seen', await write('seen', 4, ALL));
  await upgrade(0, 'announcements');
  for (const node of [1, 2]) {
    await until(() => cluster.node(node).server.log.includes('wants a reader of version 2: update this node'), {
      what: `node ${node} says that it does not understand the first`,
    });
  }
  const [before, alone] = [await write('plan', 1, [1, 2]), await write('plan', 2, [0])];
  const reader = joinWithHocuspocus(cluster.node(0).wsUrl, 'plan');
  leaving.push(() => reader.leave());
  const ledgers = [...known, ...before, ...alone].map(({ ledger }) => ledger);
  await until(() => findBrokenPromises(reader.doc, ledgers).length === 0, {
    what: 'the first has what the others have',
  });
  const fresh = await write('new', 5, [0]);
  for (const node of [1, 2]) {
    await eventually(async () => (await fetch(`${cluster.node(node).url}/v1/documents/new`)).status === 503, {
      what: `node ${node} does not say that there is none of this name`,
    });
  }

  const [ada, ben] = [
    joinWithHocuspocus(cluster.node(0).wsUrl, 'seen'),
    joinWithHocuspocus(cluster.node(1).wsUrl, 'seen'),
  ];
  leaving.push(
    () => ada.leave(),
    () => ben.leave(),
  );
  ben.doc.getText('body').insert(0, 'hello');
  const seenByBen = () => ben.provider.awareness?.getStates().size;
  await until(() => seenByBen() === 2 && !ben.provider.hasUnsyncedChanges, { what: 'Ben sees Ada' });
  await cluster.node(0).kill();
  await eventually(async () => (await listPeople(1, 'seen')) === 1, { what: 'Ada is still listed', timeoutMs: 10_000 });
  await until(() => seenByBen() === 1, { what: 'Ada is still shown', timeoutMs: 10_000 });
  await cluster.redis.flush();
  await cluster.node(1).restart();
  await eventually(async () => (await whyNotReady(1)).includes('run \\"quire nodes forget'), {
    what: 'a node that could not read what the first said last says so, when Redis has lost that too',
  });
  await cluster.node(0).start();
  await eventually(async () => (await whyNotReady(1)).includes('of itself: update this node'), {
    what: 'a node that can not compare with what the first holds says why it is not ready',
  });
  await upgrade(1, 'announcements');
  await upgrade(2, 'announcements');
  await cluster.ready();
  await expectKept(cluster, 'plan', [...known, ...before, ...alone]);
  await expectKept(cluster, 'new', fresh);
}, 240_000);

it('[R12] a node that is put back to a release that can’t read its file does not start, and says which release does', async () => {
  const before = await write('plan', 1, ALL);
  await expectKept(cluster, 'plan', before);
  await upgrade(0, 'announcements');
  await upgrade(1, 'announcements');
  const kept = [...before, ...(await write('plan', 2, ALL))];
  const { server } = cluster.node(0);
  // It may answer, that it starts, before it has looked at its file.
  await putBack(0).catch(() => {});
  await until(() => server.log.includes('was written by a later release'), { what: 'it says that it can not start' });
  await upgrade(0, 'announcements');
  await upgrade(2, 'announcements');
  await expectKept(cluster, 'plan', kept);
}, 240_000);
