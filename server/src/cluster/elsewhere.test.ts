import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { codec, createPeerStage, openPeerNode, PEER_SECRET } from '../testing/peer-node.ts';
import type { NodeReport } from './cluster.ts';
import { createElsewhere, PATIENCE_MS, type PeopleLink } from './elsewhere.ts';
import { createHttpPeerLink } from './http/http-peer-link.ts';
import { derivePeerToken } from './http/peer-secret.ts';
import type { PeopleOfNode } from './http/people-routes.ts';
import { PeerError } from './peer-link.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const link = createHttpPeerLink({ secrets: [PEER_SECRET], codec, clock: systemClock });
const ada = { clientId: 1, user: 'ada', state: { cursor: 3 } };
const session = { id: 's1', user: 'ada', role: 'editor', since: '2026-11-27T00:00:00.000Z', dialect: 'hocuspocus' };

function report(id: string, address: string, state: NodeReport['state'] = 'ready'): NodeReport {
  return { id, address, isSelf: id === 'self', state, release: '', heardMsAgo: 0, missingEntries: 0 };
}

/** A node by which Ada is in "plan", and in nothing else. */
async function openNode(): Promise<string> {
  const people: PeopleOfNode = {
    peopleHere: (name) => (name === 'plan' ? { people: [ada], counted: 2 } : { people: [], counted: 0 }),
    sessions: (name) => (name === 'plan' ? [session as never] : []),
    endSession: (name, id) => name === 'plan' && id === session.id,
  };
  const node = await openPeerNode({}, { people });
  ends.push(() => node.close());
  return node.address;
}

describe('[G7] who has a document open by other nodes', () => {
  it('is asked of each of them, but for this one; those that do not answer, or are silent, are named', async () => {
    const address = await openNode();
    const nodes = [
      report('self', 'http://127.0.0.1:1'),
      report('b', address),
      report('gone', 'http://127.0.0.1:1'),
      report('silent', address, 'silent'),
    ];
    const elsewhere = createElsewhere({ link, clock: systemClock, readNodes: () => nodes });
    const unanswered = ['gone', 'silent'];
    expect(await elsewhere.people('plan')).toEqual({
      answers: [{ version: 1, people: [ada], counted: 2 }],
      unanswered,
    });
    expect(await elsewhere.sessions('plan')).toEqual({ answers: [[session]], unanswered });
    expect(await elsewhere.endSession('plan', 's1')).toEqual({ answers: [true], unanswered });
    expect(await elsewhere.endSession('other', 's1')).toEqual({ answers: [false], unanswered });
  });

  it('is not waited for longer than people wait, whatever one of them does', async () => {
    const clock = new ManualClock();
    const hangs: PeopleLink = {
      ...link,
      people: (address, document, signal) =>
        address === 'mute'
          ? new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(new PeerError('unreachable', 'not waited for')));
            })
          : link.people(address, document, signal),
    };
    const nodes = [report('b', await openNode()), report('mute', 'mute')];
    const elsewhere = createElsewhere({ link: hangs, clock, readNodes: () => nodes });
    const gathered = elsewhere.people('plan');
    let isOver = false;
    void gathered.then(() => {
      isOver = true;
    });
    clock.advance(PATIENCE_MS - 1);
    await link.people(nodes[0]?.address ?? '', 'plan', new AbortController().signal);
    expect(isOver).toBe(false);
    clock.advance(1);
    expect(await gathered).toEqual({ answers: [expect.objectContaining({ counted: 2 })], unanswered: ['mute'] });
  });

  it('is told to whom the question is clear: a name that is none, no version and another method are refused', async () => {
    const { peers } = createPeerStage({});
    const headers = { Authorization: `Bearer ${derivePeerToken(PEER_SECRET)}` };
    for (const body of [
      '{',
      '{}',
      '{"version":2,"document":"plan"}',
      '{"version":1,"document":"~comments/plan/\\u0000"}',
    ]) {
      const response = await peers.request('/cluster/v1/people', { method: 'POST', headers, body });
      expect([body, response.status]).toEqual([body, 400]);
    }
    const long = { method: 'POST', headers: { ...headers, 'Content-Length': '9000' }, body: 'x'.repeat(9000) };
    expect((await peers.request('/cluster/v1/sessions', long)).status).toBe(413);
    expect((await peers.request('/cluster/v1/sessions/end', { headers })).status).toBe(405);
  });
});
