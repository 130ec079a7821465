import { closeCodes, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type ClusterNode, createClusterStage } from '../testing/cluster-stage.ts';
import { createGatewayStage, textOf } from '../testing/gateway-stage.ts';
import { HeldReplication } from '../testing/linked-nodes.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { testLimits } from '../testing/start-gateway.ts';

const name = 'plan' as DocumentName;
const stage = createClusterStage();
const { startNode } = stage;
afterEach(() => stage.close());

const enter = (node: ClusterNode, doc?: Y.Doc) => stage.enter(node, name, doc === undefined ? {} : { doc });
const enterWhole = (node: ClusterNode) => stage.enterWhole(node, name);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function turns(count = 20): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turn();
}

const write = ({ collaboration }: ClusterNode, text: string): Promise<void> =>
  collaboration.edit(name, '', (doc) => doc.getText('body').insert(0, text));

/** Whether it has ended by now, whatever way. */
function watch(promise: Promise<unknown>): { state: 'pending' | 'kept' | 'broken' } {
  const watched: { state: 'pending' | 'kept' | 'broken' } = { state: 'pending' };
  promise.then(
    () => {
      watched.state = 'kept';
    },
    () => {
      watched.state = 'broken';
    },
  );
  return watched;
}

describe('[G1] a receipt in a cluster', () => {
  it('waits for other nodes, while what it is for is on every screen and more is written', async () => {
    const node = startNode();
    const [ada, ben] = [await enterWhole(node), await enterWhole(node)];
    node.replication.holds = true;
    ada.type('a');
    await until(() => ben.text === 'a', { what: 'on the other screen' });
    ada.type('b');
    await until(() => ben.text === 'ab', { what: 'the next too' });
    await turns();
    expect([ada.read().receipts, node.replication.waiting.length]).toEqual([1, 2]);
    node.replication.acknowledge();
    await until(() => ada.read().receipts === 3, { what: 'receipted' });
  });

  it('comes in the order of the edits, whatever the order in which other nodes have them', async () => {
    const node = startNode();
    const ada = await enterWhole(node);
    node.replication.holds = true;
    for (const letter of 'ab') {
      ada.type(letter);
      await until(() => node.replication.waiting.length === 'ab'.indexOf(letter) + 1, { what: 'on disk' });
    }
    const [first, second] = node.replication.waiting;
    node.replication.acknowledge((id) => id === second);
    await turns();
    expect(ada.read().receipts).toBe(1);
    node.replication.acknowledge((id) => id === first);
    await until(() => ada.read().receipts === 3, { what: 'both' });
  });

  it('waits no longer than what it is for when other nodes get out of reach, and overtakes nothing', async () => {
    const node = startNode();
    const ada = await enterWhole(node);
    node.replication.holds = true;
    ada.type('a');
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    node.replication.holds = false;
    ada.type('b');
    await turns();
    expect(ada.read().receipts).toBe(1);
    node.replication.acknowledge();
    await until(() => ada.read().receipts === 3, { what: 'both' });
  });

  it('[R2] is not given for what a client brings again until the first time was', async () => {
    const node = startNode();
    const ada = await enterWhole(node);
    node.replication.holds = true;
    ada.type('a');
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    ada.leave();
    const again = await enter(node, ada.doc);
    await turns();
    expect(again.read().receipts).toBe(0);
    node.replication.acknowledge();
    await until(() => again.read().receipts === 1, { what: 'its step 2' });
  });

  it('is not given for what was read from the disk, as after a restart, until that is elsewhere too', async () => {
    const node = startNode();
    const { promise, resolve } = Promise.withResolvers<void>();
    node.replication.soFar = promise;
    const again = await enter(node, new Y.Doc());
    await turns();
    expect(again.read().receipts).toBe(0);
    resolve();
    await until(() => again.read().receipts === 1, { what: 'its step 2' });
  });

  it('[R2] of an earlier handshake is never given', async () => {
    const node = startNode();
    const ada = await enterWhole(node);
    node.replication.holds = true;
    ada.type('a');
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    ada.say({ kind: 'step-1', stateVector: Y.encodeStateVector(ada.doc) });
    await until(() => ada.read().heard.filter(({ kind }) => kind === 'step-2').length === 2, { what: 'answered' });
    await turns();
    expect(ada.read().receipts).toBe(1);
    node.replication.acknowledge();
    await until(() => ada.read().receipts === 2, { what: 'the new step 2' });
    await turns();
    expect(ada.read().receipts).toBe(2);
  });

  it('[R9] is an echo in the y-websocket dialect', async () => {
    const gateways = createGatewayStage();
    stage.atEnd(() => gateways.close());
    const replication = new HeldReplication();
    const { url } = await gateways.start({ replication });
    const [ada, ben] = [gateways.joinYWebsocket(url, name), gateways.joinYWebsocket(url, name)];
    await until(() => ada.provider.synced && ben.provider.synced, { what: 'both are in' });
    let echoes = 0;
    const own = new Set<string>();
    ada.doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from !== ada.provider) own.add(Buffer.from(update).toString('hex'));
    });
    ada.provider.ws?.addEventListener('message', ({ data }: MessageEvent) => {
      const hex = Buffer.from(data as ArrayBuffer).toString('hex');
      if ([...own].some((update) => hex.endsWith(update))) echoes += 1;
    });
    replication.holds = true;
    ada.doc.getText('body').insert(0, 'a');
    await until(() => textOf(ben.doc) === 'a', { what: 'on the other screen' });
    await turns();
    const before = echoes;
    replication.acknowledge();
    await until(() => echoes === before + 1, { what: 'the echo' });
    replication.holds = false;
  });

  it('is what an edit of the server’s own resolves with, and the next one is drafted on top of it meanwhile', async () => {
    const node = startNode();
    node.replication.holds = true;
    const first = write(node, 'a');
    const firstly = watch(first);
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    const second = write(node, 'b');
    await until(() => node.replication.waiting.length === 2, { what: 'the second too' });
    await turns();
    expect(firstly.state).toBe('pending');
    node.replication.acknowledge();
    await Promise.all([first, second]);
    const clients = await node.collaboration.read(name, (doc) => doc.store.clients.size);
    expect(clients).toBe(1);
  });

  it('is what a deletion resolves with, and the name is free before that', async () => {
    const node = startNode();
    await write(node, 'old');
    node.replication.holds = true;
    const deletion = node.collaboration.delete(name);
    const watched = watch(deletion);
    await until(() => node.replication.waiting.length > 0, { what: 'on disk' });
    expect((await enter(node)).text).toBe('');
    await turns();
    expect(watched.state).toBe('pending');
    node.replication.acknowledge();
    await deletion;
  });

  it('keeps its document in memory while it waits', async () => {
    const node = startNode();
    const ada = await enterWhole(node);
    node.replication.holds = true;
    ada.type('a');
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    ada.leave();
    await turns(200);
    expect(node.collaboration.openDocuments).toBe(1);
    node.replication.acknowledge();
    await until(() => node.collaboration.openDocuments === 0, { what: 'let go of' });
  });
});

describe('[G4] who sends while receipts wait', () => {
  it('is read no more once too much waits, and again when that has its receipts', async () => {
    const node = startNode({ limits: { ...testLimits, maxQueueBytesPerDocument: 10_000 } });
    const ada = await enterWhole(node);
    const reading: string[] = [];
    ada.port.stopReading = () => void reading.push('stop');
    ada.port.readOn = () => void reading.push('on');
    node.replication.holds = true;
    for (let edits = 0; edits < 60; edits += 1) {
      ada.type('x');
      await until(() => node.replication.waiting.length === edits + 1, { what: 'on disk' });
    }
    expect(reading.at(-1)).toBe('stop');
    node.replication.acknowledge();
    await until(() => ada.read().receipts === 61, { what: 'receipted' });
    await until(() => reading.at(-1) === 'on', { what: 'read on' });
    expect(reading.filter((what) => what === 'on')).toHaveLength(reading.filter((what) => what === 'stop').length);
  });
});

describe('a stop', () => {
  it('[G1] waits for receipts that wait for other nodes, as `settled` does', async () => {
    const node = startNode();
    const ada = await enterWhole(node);
    node.replication.holds = true;
    ada.type('a');
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    const settled = watch(node.collaboration.settled());
    const closed = node.collaboration.close();
    const closing = watch(closed);
    await turns();
    expect([settled.state, closing.state]).toEqual(['pending', 'pending']);
    node.replication.acknowledge();
    await closed;
    expect([settled.state, ada.read().receipts]).toEqual(['kept', 2]);
  });

  it('does not wait for ever: who has no receipt by then gets none', async () => {
    const clock = new ManualClock();
    const node = startNode({ clock });
    const ada = await enterWhole(node);
    node.replication.holds = true;
    const written = watch(write(node, 'a'));
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    const closed = node.collaboration.close();
    await turns();
    expect(written.state).toBe('pending');
    clock.advance(2_000);
    await closed;
    await turns();
    expect([written.state, ada.read().receipts]).toEqual(['broken', 1]);
  });
});

describe('[G5] a disk that refuses', () => {
  it('takes no receipt from what was on it before', async () => {
    const node = startNode();
    const [ada, ben] = [await enterWhole(node), await enterWhole(node)];
    node.replication.holds = true;
    ada.type('a');
    await until(() => node.replication.waiting.length === 1, { what: 'on disk' });
    node.store.refuse();
    ben.type('b');
    await until(() => ben.read().closedWith !== null, { what: 'told so' });
    expect(ben.closedWith).toBe(closeCodes.storageRefused);
    node.replication.acknowledge();
    await until(() => ada.read().receipts === 2, { what: 'receipted' });
    node.store.recover();
  });
});
