import { type Entry, FIRST_EPOCH } from '@quire/persistence';
import { afterEach, describe, expect, it } from 'vitest';
import { ClusterMeters } from '../../observability/metrics/cluster-meters.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { createPeerStage, PEER_SECRET } from '../../testing/peer-node.ts';
import { BusError, type BusStatus } from '../cluster-bus.ts';
import type { Asker } from '../peer-link.ts';
import { MAX_ANSWERS_AT_ONCE } from './peer-routes.ts';
import { derivePeerToken } from './peer-secret.ts';
import { encodeAsker, MAX_REQUEST_BYTES } from './peer-wire.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const headers = { Authorization: `Bearer ${derivePeerToken(PEER_SECRET)}` };
const wants = [
  [
    '00000000000000aa',
    [
      [1, 3],
      [5, 5],
    ],
  ],
];
const post = (body: unknown) => ({ method: 'POST', headers, body: JSON.stringify(body) });
const entry: Entry = {
  id: { incarnation: '00000000000000aa', sequence: 1 },
  document: 'plan',
  epoch: FIRST_EPOCH,
  time: 1,
  updates: [{ author: 'ada', update: new Uint8Array(300_000) }],
};

describe('a request of somebody who does not know the secret', () => {
  it.each<[string, Record<string, string>]>([
    ['without any', {}],
    ['with another', { Authorization: `Bearer ${derivePeerToken('another secret that is long enough')}` }],
    ['with the secret as it is', { Authorization: `Bearer ${PEER_SECRET.replaceAll(' ', '')}` }],
    ['as a user', { Authorization: 'Basic YWRhOmFkYQ==', Cookie: `quire_token=${derivePeerToken(PEER_SECRET)}` }],
  ])('[G6] what a node may ask is asked %s: refused, at every door, before anything is read', async (_, given) => {
    const meters = new ClusterMeters();
    const { audited, peers } = createPeerStage({ entries: () => Promise.reject(new Error('asked')) }, { meters });
    for (const [method, path] of [
      ['GET', '/cluster/v1/status'],
      ['POST', '/cluster/v1/entries'],
      ['GET', '/cluster/v1/nodes'],
      ['POST', '/cluster/v1/nodes/a/forget'],
      ['POST', '/cluster/v1/people'],
      ['POST', '/cluster/v1/sessions'],
      ['POST', '/cluster/v1/sessions/end'],
      ['POST', '/cluster/v1/events/taken'],
      ['GET', '/cluster/v1/whatever'],
    ] as const) {
      const response = await peers.request(path, { method, headers: given });
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(meters.requests.values).toEqual({ served: 0, denied: 9, refused: 0, failed: 0 });
    expect(audited).toHaveLength(9);
    expect(JSON.stringify(audited)).not.toContain('Bearer');
  });
});

describe('a request that can not be served', () => {
  it.each<[string, unknown]>([
    ['is no object', []],
    ['is of another version', { version: 2, maxBytes: 1, wants }],
    ['wants nothing that is a number', { version: 1, maxBytes: 1, wants: [['00000000000000aa', [['1', 3]]]] }],
    ['wants spans backwards', { version: 1, maxBytes: 1, wants: [['00000000000000aa', [[3, 1]]]] }],
    [
      'wants spans that overlap',
      {
        version: 1,
        maxBytes: 1,
        wants: [
          [
            '00000000000000aa',
            [
              [1, 3],
              [3, 5],
            ],
          ],
        ],
      },
    ],
    [
      'wants spans that touch',
      {
        version: 1,
        maxBytes: 1,
        wants: [
          [
            '00000000000000aa',
            [
              [1, 3],
              [4, 5],
            ],
          ],
        ],
      },
    ],
    ['names no incarnation', { version: 1, maxBytes: 1, wants: [['../../etc', [[1, 1]]]] }],
    [
      'wants more spans than it may',
      {
        version: 1,
        maxBytes: 1,
        wants: [['00000000000000aa', Array.from({ length: 5000 }, (_, index) => [index * 2 + 1, index * 2 + 1])]],
      },
    ],
  ])('is told what is wrong with it: it %s', async (_, body) => {
    const meters = new ClusterMeters();
    const { peers } = createPeerStage({ entries: () => Promise.reject(new Error('asked')) }, { meters });
    const response = await peers.request('/cluster/v1/entries', post(body));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'bad-request', detail: expect.stringMatching(/./) });
    expect(meters.requests.values.refused).toBe(1);
  });

  it.each<[string, number, string]>([
    ['is no JSON', 400, '{'],
    ['is about no time', 400, JSON.stringify({ version: 1, withinMs: -1 })],
    ['is too long', 413, JSON.stringify({ version: 1, withinMs: 1, more: 'x'.repeat(2_000) })],
  ])('asks for events, and %s', async (_, status, body) => {
    const { peers } = createPeerStage({}, { events: { takenWithin: () => expect.fail('asked') } });
    expect((await peers.request('/cluster/v1/events/taken', { method: 'POST', headers, body })).status).toBe(status);
  });

  it('[G4] a request between nodes is refused when it is too long, and when it is no JSON', async () => {
    const { peers } = createPeerStage({});
    const long = { method: 'POST', headers: { ...headers, 'Content-Length': String(MAX_REQUEST_BYTES + 1) } };
    const tooLong = await peers.request('/cluster/v1/entries', { ...long, body: 'x'.repeat(MAX_REQUEST_BYTES + 1) });
    expect(tooLong.status).toBe(413);
    const noJson = await peers.request('/cluster/v1/entries', { method: 'POST', headers, body: '{' });
    expect(noJson.status).toBe(400);
  });

  it('does not matter where all that it lacks is who asks: nodes of earlier releases do not say it', async () => {
    const askers: (Asker | null)[] = [];
    const { peers } = createPeerStage({
      status: (asker) => {
        askers.push(asker);
        return { announcement: new Uint8Array(), holdings: new Map(), heard: new Map() };
      },
    });
    const known = { node: '00000000000000a1', address: 'http://[fd00::7]:8080' };
    for (const said of [undefined, encodeAsker(known), 'a', encodeAsker({ ...known, node: '../a' })]) {
      const given = said === undefined ? headers : { ...headers, 'Quire-Asker': said };
      expect((await peers.request('/cluster/v1/status', { headers: given })).status).toBe(200);
    }
    expect(askers).toEqual([null, known, null, null]);
  });

  it('says which methods there are, and that there is nothing elsewhere', async () => {
    const { peers } = createPeerStage({});
    expect((await peers.request('/cluster/v1/status', { method: 'DELETE', headers })).status).toBe(405);
    expect((await peers.request('/cluster/v1/entries', { headers })).status).toBe(405);
    expect((await peers.request('/cluster/v1/events/taken', { headers })).status).toBe(405);
    expect((await peers.request('/cluster/v1/whatever', { headers })).status).toBe(404);
  });

  it('keeps the words of a failure inside', async () => {
    const meters = new ClusterMeters();
    const { peers } = createPeerStage(
      { entries: () => Promise.reject(new Error('a path of this machine')) },
      { meters },
    );
    const response = await peers.request('/cluster/v1/entries', post({ version: 1, maxBytes: 1, wants }));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('a path of this machine');
    expect(meters.requests.values.failed).toBe(1);
  });
});

describe('answers with entries', () => {
  it('[G4] only so many answers with entries are given at once; a node that comes then comes back, and is served once one was taken', async () => {
    const meters = new ClusterMeters();
    const { peers } = createPeerStage({ entries: async () => [entry] }, { meters });
    const ask = () => peers.request('/cluster/v1/entries', post({ version: 1, maxBytes: 1, wants }));
    const answers: Response[] = [];
    for (let count = 0; count < MAX_ANSWERS_AT_ONCE; count += 1) answers.push(await ask());
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await answers[0]?.arrayBuffer();
    await answers[1]?.body?.cancel();
    ends.push(() => Promise.all(answers.slice(2).map(({ body }) => body?.cancel())));
    for (const next of [await ask(), await ask()]) {
      expect(next.status).toBe(200);
      await next.arrayBuffer();
    }
    expect(meters.requests.values).toMatchObject({ served: MAX_ANSWERS_AT_ONCE + 2, refused: 1 });
  });

  it('[G4] an answer that no node takes is given up', async () => {
    const clock = new ManualClock();
    const { peers } = createPeerStage({ entries: async () => [entry] }, { clock });
    const ask = () => peers.request('/cluster/v1/entries', post({ version: 1, maxBytes: 1, wants }));
    for (let count = 0; count < MAX_ANSWERS_AT_ONCE; count += 1) await ask();
    expect((await ask()).status).toBe(503);
    clock.advance(60_000);
    expect((await ask()).status).toBe(200);
  });

  it('leave room again when a store fails', async () => {
    const { peers } = createPeerStage({ entries: () => Promise.reject(new Error('the disk')) });
    for (let count = 0; count < MAX_ANSWERS_AT_ONCE + 1; count += 1) {
      expect((await peers.request('/cluster/v1/entries', post({ version: 1, maxBytes: 1, wants }))).status).toBe(500);
    }
  });

  it('are no larger than a node wants to hold, whatever is asked for', async () => {
    const asked: number[] = [];
    const { peers } = createPeerStage({
      entries: async (_, maxBytes) => {
        asked.push(maxBytes);
        return [];
      },
    });
    for (const maxBytes of [10, 1_000_000_000]) {
      await (await peers.request('/cluster/v1/entries', post({ version: 1, maxBytes, wants }))).arrayBuffer();
    }
    expect(asked).toEqual([10, 4 * 1024 * 1024]);
  });
});

describe('operators', () => {
  const node = {
    address: 'http://n2',
    isSelf: false,
    state: 'silent',
    release: '1',
    heardMsAgo: null,
    missingEntries: 3,
  } as const;

  it('see the nodes, why this one is not ready, and how it stands with Redis', async () => {
    const away: BusStatus = { state: 'away', error: new BusError('full', 'Redis has no memory left'), since: 0 };
    const { peers } = createPeerStage(
      { nodes: [{ id: 'b', ...node }], unreadiness: 'It waits for b' },
      { readBus: () => away },
    );
    expect(await (await peers.request('/cluster/v1/nodes', { headers })).json()).toEqual({
      nodes: [{ id: 'b', ...node }],
      unreadiness: 'It waits for b',
      redis: { state: 'away', detail: 'Redis has no memory left', since: '1970-01-01T00:00:00.000Z' },
    });
  });

  it('have a node forgotten, unless there is none of that name, or it is alive', async () => {
    const forgotten: string[] = [];
    const { peers } = createPeerStage({
      forget: async (id) => {
        if (id === 'alive') throw new Error('The node alive was heard a second ago');
        if (id === 'nobody') return false;
        forgotten.push(id);
        return true;
      },
    });
    const forget = (id: string) => peers.request(`/cluster/v1/nodes/${id}/forget`, { method: 'POST', headers });
    expect((await forget('gone')).status).toBe(200);
    const alive = await forget('alive');
    expect([alive.status, await alive.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'node-alive', detail: expect.stringContaining('a second ago') }),
    ]);
    const nobody = await forget('nobody');
    expect([nobody.status, await nobody.json()]).toEqual([404, expect.objectContaining({ code: 'unknown-node' })]);
    expect(forgotten).toEqual(['gone']);
  });
});
