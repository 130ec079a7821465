import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeReport } from '../../cluster/cluster.ts';
import { BusError, type BusStatus } from '../../cluster/cluster-bus.ts';
import { startMeasuredServer } from '../../testing/measured-server.ts';
import { openPeerNode, PEER_SECRET } from '../../testing/peer-node.ts';
import { type Finished, runQuire } from '../../testing/run-quire.ts';
import { describeNodes } from './describe-nodes.ts';

const operating = new URL('../../../../docs/operating.md', import.meta.url);
const ends: (() => unknown)[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-nodes-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

const settings = { QUIRE_REDIS: 'redis://localhost', QUIRE_CLUSTER_SECRET: PEER_SECRET };

function run(args: readonly string[], environment: Readonly<Record<string, string>> = settings): Promise<Finished> {
  return runQuire(['nodes', ...args], { directory, environment }).finished;
}

async function open(...parameters: Parameters<typeof openPeerNode>) {
  const node = await openPeerNode(...parameters);
  ends.push(() => node.close());
  return node;
}

const self: NodeReport = {
  id: 'aaaa',
  address: 'http://10.0.0.7:8080',
  isSelf: true,
  state: 'ready',
  release: '0.1.0',
  heardMsAgo: 0,
  missingEntries: 0,
};
const nodes: readonly NodeReport[] = [
  self,
  { ...self, id: 'bbbb', isSelf: false, state: 'catching-up', heardMsAgo: 400, missingEntries: 1200 },
  { ...self, id: 'cccc', isSelf: false, state: 'silent', heardMsAgo: 185_000 },
  { ...self, id: 'dddd', isSelf: false, state: 'silent', heardMsAgo: null, address: '', release: '' },
];

describe('quire nodes', () => {
  it('shows each node: where it is, how it stands, when it was heard, and what it lacks', async () => {
    const { address } = await open({ nodes });
    const { status, stderr, stdout } = await run(['--url', address]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['node', 'address', 'state', 'release', 'heard', 'missing'],
      ['aaaa (asked)', self.address, 'ready', '0.1.0', '-', '0'],
      ['bbbb', self.address, 'catching up', '0.1.0', '0 s ago', '1200'],
      ['cccc', self.address, 'silent for 3 min', '0.1.0', '3 min ago', '0'],
      ['dddd', '-', 'silent', '-', 'never', '0'],
      ['If cccc never returns: quire nodes forget cccc'],
      ['If dddd never returns: quire nodes forget dddd'],
      [''],
    ]);
  });

  it('prints what docs/operating.md shows', async () => {
    const [, shown = ''] = /^\$ quire nodes\n([\s\S]*?)^```$/m.exec(await readFile(operating, 'utf8')) ?? [];
    const other = { ...self, isSelf: false };
    const [second, third] = ['http://10.0.0.8:8080', 'http://10.0.0.9:8080'];
    const { address } = await open({
      nodes: [
        { ...self, id: '6f1c…' },
        { ...other, id: 'a90b…', address: second, state: 'catching-up', missingEntries: 12_840 },
        { ...other, id: 'd277…', address: third, state: 'silent', heardMsAgo: 180_000, missingEntries: 17 },
      ],
    });
    expect((await run(['--url', address])).stdout).toBe(shown);
  });

  it('says why the node that it asked is not ready, and that Redis is away', async () => {
    const error = new BusError('unreachable', 'Redis at redis:6379 does not answer');
    const away: BusStatus = { state: 'away', error, since: Date.now() - 120_500 };
    const { address } = await open({ nodes: [self], unreadiness: 'it waits for 3 entries' }, { readBus: () => away });
    const { stdout } = await run(['--url', address]);
    expect(stdout).toContain('It is not ready: it waits for 3 entries.\n');
    expect(stdout).toContain('Redis is away for 2 min: Redis at redis:6379 does not answer.');
  });

  it('prints the same as JSON', async () => {
    const { address } = await open({ nodes });
    const { stdout } = await run(['--json', '--url', address]);
    expect(JSON.parse(stdout)).toEqual({ nodes, unreadiness: null, redis: { state: 'connected' } });
  });

  it('finds the node where quire serve would have it', async () => {
    const { address } = await open({ nodes: [self] });
    const { status, stdout } = await run([], {
      ...settings,
      QUIRE_HOST: '127.0.0.1',
      QUIRE_PORT: new URL(address).port,
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining('aaaa (asked)')]);
  });

  it('says which node can not be read by the one that it asked, and what helps', () => {
    const later: NodeReport = { ...self, id: 'eeee', isSelf: false, state: 'unreadable', release: '9.0.0' };
    const text = describeNodes({ nodes: [self, later], unreadiness: null, redis: { state: 'connected' } }, 0);
    expect(text).toMatch(/^eeee .* unreadable +9\.0\.0/m);
    expect(text).toMatch(/^The node that was asked .* eeee .* 9\.0\.0\. .*later.*: update the one that was asked$/m);
    expect(text).not.toContain('forget');
  });

  it('tells long from short silence', () => {
    const states = [59_000, 3_599_000, 7_200_000, 172_800_000].map((heardMsAgo) => {
      const silent: NodeReport = { ...self, isSelf: false, state: 'silent', heardMsAgo };
      const text = describeNodes({ nodes: [silent], unreadiness: null, redis: { state: 'connected' } }, 0);
      return /silent for (\d+ \w+)/.exec(text)?.[1];
    });
    expect(states).toEqual(['59 s', '59 min', '2 h', '2 days']);
  });
});

describe('quire nodes forget', () => {
  it('has a node forgotten', async () => {
    const forgotten: string[] = [];
    const { address } = await open({
      forget: async (id) => {
        forgotten.push(id);
        return true;
      },
    });
    const { status, stdout } = await run(['forget', 'cccc', '--url', address]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('cccc is forgotten')]);
    expect(forgotten).toEqual(['cccc']);
  });

  it('says why it is not: there is none, or it is alive', async () => {
    const { address } = await open({
      forget: async (id) => {
        if (id === 'bbbb') throw new Error('The node bbbb is alive: it was heard a second ago');
        return false;
      },
    });
    const none = await run(['forget', 'cccc', '--url', address]);
    expect([none.status, none.stdout, none.stderr]).toEqual([1, '', expect.stringContaining('no node cccc')]);
    const alive = await run(['forget', 'bbbb', '--url', address]);
    expect([alive.status, alive.stderr]).toEqual([1, expect.stringContaining('heard a second ago')]);
  });
});

describe('quire nodes says what is wrong, and ends with 1', () => {
  it('there is no cluster in the settings', async () => {
    const { status, stdout, stderr } = await run([], {});
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('QUIRE_CLUSTER_SECRET');
  });

  it('nobody listens there', async () => {
    const node = await openPeerNode({});
    await node.close();
    const { status, stderr } = await run(['--url', node.address]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${node.address}: the connection is refused`)]);
    expect(stderr).not.toContain('    at ');
  });

  it('the address is none', async () => {
    const { status, stderr } = await run(['--url', 'localhost:8080']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('--url must be an address')]);
  });

  it('the secret is another one', async () => {
    const { address } = await open({ nodes });
    const environment = { ...settings, QUIRE_CLUSTER_SECRET: `${PEER_SECRET}2` };
    const { status, stderr } = await run(['--url', address], environment);
    expect([status, stderr]).toEqual([1, expect.stringContaining('QUIRE_CLUSTER_SECRET')]);
    expect(stderr).not.toContain(PEER_SECRET);
  });

  it('the server is by itself', async () => {
    const measured = await startMeasuredServer();
    ends.push(() => measured.close());
    const { status, stderr } = await run(['--url', measured.server.url]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is a server by itself')]);
  });

  it('something else answers', async () => {
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
    ends.push(() => other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { status, stderr } = await run(['--url', `http://127.0.0.1:${(other.address() as AddressInfo).port}`]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is no node of Quire')]);
  });
});
