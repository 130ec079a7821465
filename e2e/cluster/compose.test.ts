import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@quire/client';
import { joinWithHocuspocus, type ServerCluster, startCluster } from '@quire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSecrets } from '../../deploy/write-secrets.mjs';
import { readComposeFile } from '../../scripts/containers/compose-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const compose = read('docker-compose.yml');
const { services } = readComposeFile('docker-compose.yml');

let secrets: string;
let cluster: ServerCluster;
const clients: Client[] = [];

/** What is the same here; addresses, names and volumes are not. */
function settingsOf(node: number): Record<string, string> {
  const { QUIRE_AUTH = '', QUIRE_CLUSTER_NODES = '' } = services[`quire-${node + 1}`]?.environment ?? {};
  // The secret of the cluster is in the file, too; one that is set to nothing is not set.
  return {
    QUIRE_AUTH,
    QUIRE_CLUSTER_NODES,
    QUIRE_CLUSTER_SECRET: '',
    QUIRE_CONFIG: join(secrets, 'quire', 'quire.json'),
  };
}

/** Its lines, by name. */
function readRedisSettings(): Record<string, string> {
  const lines = read('deploy/redis.conf').matchAll(/^([a-z-]+) (.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value = '']) => [name, value.replaceAll('"', '')]));
}

beforeAll(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'quire-secrets-'));
  writeSecrets(secrets);
  const [, password = ''] =
    /^requirepass (.*)$/m.exec(readFileSync(join(secrets, 'redis', 'password.conf'), 'utf8')) ?? [];
  cluster = await startCluster({
    settingsOf,
    balance: 'document',
    redis: { password, isAppendOnly: true, settings: readRedisSettings() },
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await cluster.close();
  rmSync(secrets, { recursive: true });
}, 60_000);

describe('the cluster of docker-compose.yml, from its files, as processes', () => {
  it('lets in whoever uses the command at its top, and all nodes keep what they write', async () => {
    const [, command = ''] = /docker compose exec quire-1 quire (.*)$/m.exec(compose) ?? [];
    const { stdout, stderr } = spawnSync(
      join(root, 'node_modules/.bin/quire'),
      command.replaceAll("'", '').split(' '),
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settingsOf(0) },
      },
    );
    const [, token = ''] = /#token=(\S+)/.exec(stdout) ?? expect.fail(`no link was printed, but: ${stdout}${stderr}`);
    const client = connect({ url: `${cluster.balancer.wsUrl}/collab`, token, offline: false });
    clients.push(client);
    const room = client.open('team/plan');
    room.doc.getText('body').insert(0, 'hello');
    await room.whenSaved();
    await cluster.converged('team/plan', { token, until: (doc) => doc.getText('body').toString() === 'hello' });
  });

  it('[G6] lets in nobody without a token', async () => {
    const person = joinWithHocuspocus(cluster.balancer.wsUrl, 'team/plan');
    const reason = await new Promise<string>((resolve) => {
      person.provider.on('authenticationFailed', (refusal: { readonly reason: string }) => resolve(refusal.reason));
      person.provider.on('authenticated', () => resolve('let in'));
    });
    person.leave();
    expect(reason).not.toBe('let in');
    expect((await fetch(`${cluster.balancer.url}/v1/documents`)).status).toBe(401);
  });

  it('tells Prometheus what it counts, with the token that is there for it, and nobody outside', async () => {
    const token = readFileSync(join(secrets, 'prometheus', 'metrics-token'), 'utf8');
    const headers = { Authorization: `Bearer ${token}` };
    for (const { url } of cluster.nodes) {
      expect((await fetch(`${url}/metrics`, { headers })).status).toBe(200);
      expect((await fetch(`${url}/metrics`)).status).toBe(401);
    }
    expect((await fetch(`${cluster.balancer.url}/metrics`, { headers })).status).toBe(404);
    expect((await fetch(`${cluster.balancer.url}/cluster/v1/status`, { headers })).status).toBe(404);
  });
});
