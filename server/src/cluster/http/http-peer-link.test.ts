import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Entry, FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '../../clock.ts';
import { countConnections, openBlackHole } from '../../testing/black-hole.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { codec, openPeerNode, PEER_SECRET, serveStore } from '../../testing/peer-node.ts';
import { NOTICED_AFTER_MS } from '../missed-events.ts';
import { PeerError, type Want } from '../peer-link.ts';
import { createHttpPeerLink, type HttpPeerLink, type HttpPeerLinkOptions, SILENCE_MS } from './http-peer-link.ts';
import { MAX_WANTED_SPANS } from './peer-wire.ts';

const MIB = 1024 * 1024;
const never = new AbortController().signal;
const asker = { node: '00000000000000a1', address: 'http://10.0.0.7:8080' };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function createLink(options: Partial<HttpPeerLinkOptions> = {}): HttpPeerLink {
  const link = createHttpPeerLink({ secrets: [PEER_SECRET], codec, clock: systemClock, ...options });
  ends.push(() => link.close());
  return link;
}

async function open(...parameters: Parameters<typeof openPeerNode>) {
  const node = await openPeerNode(...parameters);
  ends.push(() => node.close());
  return node;
}

/** Something at a port of loopback that is no node of ours. */
async function listen(onRequest: RequestListener): Promise<string> {
  const server = createServer(onRequest).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function write(store: MemoryStore, text: string): Promise<void> {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, text);
  const updates = [{ author: 'ada', update: Y.encodeStateAsUpdate(doc) }];
  await store.append({ document: 'plan', epoch: FIRST_EPOCH, time: 1, updates });
}

const wantUpTo = ({ incarnation }: MemoryStore, last: number): Want[] => [{ incarnation, spans: [{ first: 1, last }] }];

async function errorOf(asking: Promise<unknown>): Promise<PeerError> {
  const error = await asking.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof PeerError) return error;
  throw new Error('it did not end in a PeerError', { cause: error });
}

describe('the way between nodes', () => {
  it('[R12] what one of two nodes lacks is brought from the other, by ids', async () => {
    const [full, lacking] = [new MemoryStore(), new MemoryStore()];
    for (const text of ['a', 'b', 'c']) await write(full, text);
    const node = await open({ entries: serveStore(full) });
    const entries = await createLink().entries(node.address, wantUpTo(full, 3), MIB, never);
    await lacking.adopt(entries);
    expect(lacking.holdings().get(full.incarnation)).toEqual([{ first: 1, last: 3 }]);
    expect((await lacking.load('plan'))?.entries).toEqual((await full.load('plan'))?.entries);
  });

  it('brings some of it at a time, one entry at least, and the rest when it is asked for', async () => {
    const full = new MemoryStore();
    for (let count = 0; count < 5; count += 1) await write(full, 'x'.repeat(1000));
    const node = await open({ entries: serveStore(full) });
    const link = createLink();
    const got: Entry[] = [];
    for (let answer = 0; answer < 5 && got.length < 5; answer += 1) {
      const wants = [{ incarnation: full.incarnation, spans: [{ first: got.length + 1, last: 5 }] }];
      const entries = await link.entries(node.address, wants, 1500, never);
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.length).toBeLessThan(5);
      got.push(...entries);
    }
    expect(got.map(({ id }) => id.sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  it('carries an entry of the largest size', async () => {
    const entry: Entry = {
      id: { incarnation: '00000000000000aa', sequence: 1 },
      document: 'plan',
      epoch: FIRST_EPOCH,
      time: 1,
      updates: [{ author: 'ada', update: new Uint8Array(64 * MIB).fill(7) }],
    };
    const node = await open({ entries: async () => [entry] });
    const wants = [{ incarnation: entry.id.incarnation, spans: [{ first: 1, last: 1 }] }];
    const [brought] = await createLink().entries(node.address, wants, MIB, never);
    expect(brought?.id).toEqual(entry.id);
    expect(
      Buffer.compare(brought?.updates[0]?.update ?? Buffer.alloc(0), entry.updates[0]?.update ?? Buffer.alloc(1)),
    ).toBe(0);
  });

  it('says what a node holds, and what it heard of others', async () => {
    const status = {
      announcement: Buffer.from('{"node":"a"}'),
      holdings: new Map([
        [
          '00000000000000aa',
          [
            { first: 1, last: 5 },
            { first: 7, last: 7 },
          ],
        ],
        ['00000000000000bb', [{ first: 3, last: 9 }]],
      ]),
      heard: new Map([['__proto__', Buffer.from('{"node":"b"}')]]),
    };
    const node = await open({ status: () => status });
    expect(await createLink().status(node.address, asker, never)).toEqual(status);
  });

  it('[G3] says how far its events came in documents that it does not have open, and of a moment before, too', async () => {
    const taken = { isAll: false, heads: [{ life: '0-0/team/plan', head: 'a.7', agoMs: 12.5 }] };
    const asked: number[][] = [];
    const events = {
      takenWithin(...within: number[]) {
        asked.push(within);
        return taken;
      },
    };
    const { address } = await open({}, { events });
    expect(await createLink().takenEvents(address, 5_000, never)).toEqual(taken);
    expect(asked).toEqual([[5_000, NOTICED_AFTER_MS]]);
  });

  it('asks for no more spans than fit into a request, the first ones, and for nothing when nothing is wanted', async () => {
    const asked: (readonly Want[])[] = [];
    const node = await open({
      entries: async (wants) => {
        asked.push(wants);
        return [];
      },
    });
    const spans = Array.from({ length: MAX_WANTED_SPANS + 10 }, (_, index) => ({
      first: index * 3 + 1,
      last: index * 3 + 2,
    }));
    const wants = [
      { incarnation: '00000000000000aa', spans },
      { incarnation: '00000000000000bb', spans: [{ first: 1, last: 1 }] },
    ];
    await createLink().entries(node.address, wants, MIB, never);
    expect(asked).toEqual([[{ incarnation: '00000000000000aa', spans: spans.slice(0, MAX_WANTED_SPANS) }]]);
    expect(await createLink().entries(node.address, [], MIB, never)).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

describe('the secret of a cluster', () => {
  it('[G6] a node with another secret is refused by its peers, and says which setting to look at', async () => {
    const { address, audited } = await open({});
    const error = await errorOf(createLink({ secrets: [`${PEER_SECRET}2`] }).status(address, asker, never));
    expect(error.code).toBe('denied');
    expect(error.message).toContain(address);
    expect(error.message).toContain('QUIRE_CLUSTER_SECRET');
    expect(audited).toEqual([
      expect.objectContaining({ event: 'refused', code: 'unauthorized', address: '127.0.0.1' }),
    ]);
    expect(JSON.stringify([audited, error.message])).not.toContain(PEER_SECRET);
  });

  it('may be one of two, while it is being changed', async () => {
    const { address } = await open({}, { secrets: ['the new secret, which is long enough, too', PEER_SECRET] });
    for (const secrets of [[PEER_SECRET], ['the new secret, which is long enough, too', PEER_SECRET]]) {
      await createLink({ secrets }).status(address, asker, never);
    }
  });

  it('[G6] the secret of a cluster is never sent itself', async () => {
    const headers: unknown[] = [];
    const address = await listen((request, response) => {
      headers.push(request.headers);
      response.writeHead(404).end();
    });
    await errorOf(createLink().status(address, asker, never));
    expect(JSON.stringify(headers)).toMatch(/Bearer [\w-]{43}"/);
    expect(JSON.stringify(headers)).not.toContain(PEER_SECRET);
  });
});

const problemOf = (status: number): string =>
  JSON.stringify({ type: 'urn:quire:problem:any', title: 'Any', status, code: 'any', detail: 'no' });

describe('a peer that can not be asked is named, with what is wrong and what helps', () => {
  it.each<[string, RequestListener, string, RegExp]>([
    [
      'is no node',
      (_, response) => response.writeHead(404).end('no'),
      'unsuitable',
      /no node of a cluster .*cluster\.address/,
    ],
    [
      'points elsewhere',
      (_, response) => response.writeHead(302, { Location: '/' }).end(),
      'unsuitable',
      /no node of a cluster/,
    ],
    ['says what is no JSON', (_, response) => response.end('<html>'), 'unsuitable', /can't be read: it is not JSON/],
    ['says something else', (_, response) => response.end('{"version":0}'), 'unsuitable', /can't be read: version/],
    ['is of a later release', (_, response) => response.end('{"version":2}'), 'later', /it is of a later release/],
    [
      'is of a version too far',
      (_, response) => response.writeHead(400).end(),
      'unsuitable',
      /versions may be too far apart/,
    ],
    [
      'refuses the question for its status in the words of a node',
      (_, response) => response.writeHead(400).end(problemOf(400)),
      'later',
      /it is of a later release/,
    ],
    [
      'is a node, and has no such question',
      (_, response) => response.writeHead(404).end(problemOf(404)),
      'later',
      /it is of a later release/,
    ],
    ['failed', (_, response) => response.writeHead(500).end(), 'unreachable', /its log says why/],
    ['is starting', (_, response) => response.writeHead(503).end('The server is starting.'), 'unreachable', /503/],
    ['hangs up', (request) => request.socket.destroy(), 'unreachable', /the connection was cut/],
    [
      'hangs up in the middle',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('half', () => request.socket.destroy());
      },
      'unreachable',
      /can't be reached/,
    ],
  ])('because it %s', async (_, onRequest, code, words) => {
    const address = await listen(onRequest);
    const error = await errorOf(createLink().status(address, asker, never));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
    expect(error.message).toContain(address);
  });

  it('because nothing listens there', async () => {
    const node = await open({});
    await node.close();
    const error = await errorOf(createLink().status(node.address, asker, never));
    expect([error.code, error.message]).toEqual(['unreachable', expect.stringContaining('the connection is refused')]);
    expect(error.message).toContain(node.address);
  });

  it.each(['data:text/plain,x', 'file:///etc/passwd', 'n1:8080', ''])('because "%s" is no address', async (address) => {
    const error = await errorOf(createLink().status(address, asker, never));
    expect([error.code, error.message]).toEqual(['unsuitable', expect.stringContaining('set cluster.address on it')]);
  });

  it('[G4] an answer of a peer that is longer than it may be is not read to its end', async () => {
    const address = await listen((_, response) => response.end(Buffer.alloc(2 * MIB)));
    const wants = [{ incarnation: '00000000000000aa', spans: [{ first: 1, last: 1 }] }];
    const error = await errorOf(createLink({ maxAnswerBytes: MIB }).entries(address, wants, MIB, never));
    expect([error.code, error.message]).toEqual(['unsuitable', expect.stringContaining(`more than ${MIB} bytes`)]);
  });

  it('because its entries are none', async () => {
    const address = await listen((_, response) => response.end('no record'));
    const wants = [{ incarnation: '00000000000000aa', spans: [{ first: 1, last: 1 }] }];
    const error = await errorOf(createLink().entries(address, wants, MIB, never));
    expect(error.code).toBe('unsuitable');
  });
});

describe('patience', () => {
  it('ends when a peer says nothing, also in the middle of an answer', async () => {
    for (const isBegun of [false, true]) {
      const clock = new ManualClock();
      let isAsked = false;
      const address = await listen((_, response) => {
        if (isBegun) response.writeHead(200).write('{');
        isAsked = true;
      });
      const asking = errorOf(createLink({ clock }).status(address, asker, never));
      await until(() => isAsked, { what: 'it was asked' });
      clock.advance(SILENCE_MS);
      expect(await asking).toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('sent nothing for 5 s'),
      });
      expect(clock.pending).toBe(0);
    }
  });

  it('ends when nobody waits for the answer any more', async () => {
    const clock = new ManualClock();
    let isGone = false;
    let isAsked = false;
    const address = await listen((request) => {
      isAsked = true;
      request.socket.on('close', () => {
        isGone = true;
      });
    });
    const controller = new AbortController();
    const asking = errorOf(createLink({ clock }).status(address, asker, controller.signal));
    await until(() => isAsked, { what: 'it was asked' });
    controller.abort();
    expect(await asking).toMatchObject({ code: 'unreachable', message: expect.stringContaining('not waited for') });
    await until(() => isGone, { what: 'the connection is given up' });
    expect(clock.pending).toBe(0);
  });
});

describe('a link that is closed', () => {
  it('gives up what it asks, and holds no process open, be a connection still being opened or kept', async () => {
    const hole = await openBlackHole();
    ends.push(() => hole.close());
    const before = countConnections();
    const link = createLink();
    const node = await open({});
    await link.status(node.address, asker, never);
    const kept = countConnections();
    const asking = errorOf(link.status(hole.address, asker, never));
    await until(() => countConnections() > kept, { what: 'a connection is being opened' });
    link.close();
    expect(await asking).toMatchObject({ code: 'unreachable', message: expect.stringContaining('not waited for') });
    await until(() => countConnections() <= before, { what: 'connections are left', timeoutMs: 3_000 });
    expect((await errorOf(link.status(node.address, asker, never))).code).toBe('unreachable');
  });
});
