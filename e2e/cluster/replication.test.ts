import { type Client, connect } from '@quire/client';
import {
  converged,
  joinWithHocuspocus,
  joinWithYWebsocket,
  type ServerCluster,
  startCluster,
  until,
} from '@quire/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readGauge } from './read-gauge.ts';
import { connectAll, createWriters, expectKept, typeUntil } from './writers.ts';

const leaving: (() => void)[] = [];
afterEach(() => {
  for (const leave of leaving.splice(0)) leave();
});

function staying<T extends { leave(): void }>(person: T): T {
  leaving.push(() => person.leave());
  return person;
}

describe('three nodes', () => {
  let cluster: ServerCluster;
  beforeAll(async () => {
    cluster = await startCluster({ settings: { QUIRE_LIMITS_UNLOAD_DELAY_MS: '0' } });
  }, 60_000);
  afterAll(() => cluster.close(), 60_000);

  const urlOf = (node: number): string => cluster.node(node).wsUrl;

  it('[G2] show everybody what anybody writes on any of them, in both dialects', async () => {
    const people = {
      ada: staying(joinWithHocuspocus(urlOf(0), 'together')),
      ben: staying(joinWithYWebsocket(urlOf(1), 'together')),
      cleo: staying(joinWithHocuspocus(urlOf(2), 'together')),
    };
    const { ada, ben, cleo } = people;
    await until(() => [ada, ben, cleo].every(({ provider }) => provider.synced), { what: 'all are in' });
    for (let letter = 0; letter < 20; letter += 1) {
      ada.doc.getText('body').insert(0, 'a');
      ben.doc.getText('body').insert(0, 'b');
      cleo.doc.getText('body').insert(0, 'c');
    }
    await until(() => ada.doc.getText('body').length === 60, { what: 'ada sees all letters' });
    await converged({ ada: ada.doc, ben: ben.doc, cleo: cleo.doc });
  });

  it('[G3] have a document whole that was never open there', async () => {
    const writers = createWriters([urlOf(0)], 'cold', 1);
    await connectAll(writers);
    await typeUntil(writers, 100);
    for (const writer of writers) writer.leave();
    await expectKept(cluster, 'cold', writers);
  });

  it('[G1] [G2] keep what is receipted while writers on all of them type as fast as they can', async () => {
    const writers = createWriters([0, 1, 2, 0, 1, 2].map(urlOf), 'busy', 2);
    await connectAll(writers);
    await typeUntil(writers, 150);
    await converged(Object.fromEntries(writers.map(({ name, doc }) => [name, doc])), { timeoutMs: 30_000 });
    for (const writer of writers) writer.leave();
    await expectKept(cluster, 'busy', writers);
  });
});

describe('behind the balancer of deploy/', () => {
  let cluster: ServerCluster | null = null;
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await cluster?.close();
    cluster = null;
  }, 60_000);

  async function start(balance: 'document' | 'roundrobin'): Promise<ServerCluster> {
    cluster = await startCluster({ balance });
    return cluster;
  }

  const sum = async (started: ServerCluster, gauge: string): Promise<number[]> =>
    Promise.all(started.nodes.map((node) => readGauge(node.url, gauge)));

  it('a document is in memory on one node, whichever dialect its people speak', async () => {
    const started = await start('document');
    const { wsUrl } = started.balancer;
    for (const name of ['team/plan', 'ä ö', 'notes']) {
      const client = connect({ url: `${wsUrl}/collab`, offline: false });
      clients.push(client);
      const room = client.open(name);
      const ben = staying(joinWithYWebsocket(wsUrl, name));
      await room.whenLoaded();
      room.doc.getText('body').insert(0, 'hello');
      await until(() => ben.doc.getText('body').toString() === 'hello', { what: 'ben sees what was written' });
    }
    const open = await sum(started, 'quire_open_documents');
    expect(open.reduce((all, one) => all + one, 0)).toBe(3);
  }, 90_000);

  it('[G1] [G2] people are spread by turns, and it makes no difference to what they see and keep', async () => {
    const started = await start('roundrobin');
    const { wsUrl } = started.balancer;
    const writers = createWriters(
      Array.from({ length: 6 }, () => wsUrl),
      'spread',
      3,
    );
    await connectAll(writers);
    const sessions = await Promise.all(
      started.nodes.flatMap(({ url }) =>
        ['hocuspocus', 'y-websocket'].map((dialect) => readGauge(url, `quire_sessions{dialect="${dialect}"}`)),
      ),
    );
    expect(sessions.reduce((all, one) => all + one, 0)).toBe(6);
    expect((await sum(started, 'quire_open_documents')).every((open) => open === 1)).toBe(true);
    await typeUntil(writers, 100);
    await converged(Object.fromEntries(writers.map(({ name, doc }) => [name, doc])), { timeoutMs: 30_000 });
    for (const writer of writers) writer.leave();
    await expectKept(started, 'spread', writers);
  }, 90_000);
});
