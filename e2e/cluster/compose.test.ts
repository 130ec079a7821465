import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, connect } from '@quire/client';
import { joinWithHocuspocus, type ServerCluster, startCluster } from '@quire/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSecrets } from '../../deploy/write-secrets.mjs';
import { readComposeFile } from '../../scripts/containers/compose-file.ts';
import { type Prometheus, startPrometheus } from '../../scripts/monitoring/real-prometheus.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const compose = read('docker-compose.yml');
const { services } = readComposeFile('docker-compose.yml');

let secrets: string;
let redisData: string;
let cluster: ServerCluster;
let prometheus: Prometheus;
const clients: Client[] = [];

/** As they are there; but addresses, names and volumes are others here. */
function settingsOf(node: number): Record<string, string> {
  const { QUIRE_CLUSTER_ADDRESS: _, ...settings } = services[`quire-${node + 1}`]?.environment ?? {};
  const inside = services.haproxy?.networks;
  const { ipv4_address: haproxy = '' } = (Array.isArray(inside) ? undefined : inside?.inside) ?? {};
  return {
    ...settings,
    QUIRE_CONFIG: settings.QUIRE_CONFIG?.replace('/run/secrets', secrets) ?? '',
    QUIRE_TRUSTED_PROXIES: settings.QUIRE_TRUSTED_PROXIES?.replace(haproxy, '127.0.0.1') ?? '',
    // It is in the file; one that is set to nothing is not set.
    QUIRE_CLUSTER_SECRET: '',
  };
}

/** Those of its command; the kit's own file, which says where it listens, takes the place of the first. */
function redisArguments(): readonly string[] {
  const [, ...words] = services.redis?.command ?? [];
  return ['--include', ...words].map((word) =>
    word
      .replace('/etc/redis.conf', join(root, 'deploy', 'redis.conf'))
      .replace('/run/secrets', secrets)
      .replace(/^\/data$/, redisData),
  );
}

function prometheusConfiguration(): string {
  return cluster.nodes
    .reduce(
      (text, { number, server }) => text.replace(`quire-${number + 1}:8080`, `127.0.0.1:${server.port}`),
      read('deploy/prometheus/prometheus.yml'),
    )
    .replace('/run/secrets/quire', join(secrets, 'prometheus'))
    .replace('- quire.rules.yml', `- ${join(root, 'deploy', 'prometheus', 'quire.rules.yml')}`);
}

beforeAll(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'quire-secrets-'));
  redisData = mkdtempSync(join(tmpdir(), 'quire-redis-'));
  writeSecrets(secrets);
  const [, password = ''] =
    /^requirepass (.*)$/m.exec(readFileSync(join(secrets, 'redis', 'password.conf'), 'utf8')) ?? [];
  cluster = await startCluster({
    settingsOf,
    balance: 'document',
    redis: { password, dir: redisData, args: redisArguments() },
  });
  prometheus = await startPrometheus(prometheusConfiguration());
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await prometheus?.stop();
  await cluster?.close();
  for (const directory of [secrets, redisData]) rmSync(directory, { recursive: true });
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

  it('has a Prometheus that scrapes all nodes, with the token and the rules that are there for it', async () => {
    await expect.poll(() => prometheus.query('up{job="quire"}')).toEqual({ kind: 'values', values: [1, 1, 1] });
    const rules = await prometheus.rules();
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ lastError }) => lastError)).toEqual([]);
  });

  it('has a Redis as its file and its command say', async () => {
    const setting = async (name: string) => ((await cluster.redis.command('CONFIG', 'GET', name)) as string[])[1];
    expect({
      appendonly: await setting('appendonly'),
      appendfsync: await setting('appendfsync'),
      'maxmemory-policy': await setting('maxmemory-policy'),
      dir: await setting('dir'),
    }).toEqual({
      appendonly: 'yes',
      appendfsync: 'everysec',
      'maxmemory-policy': 'noeviction',
      dir: realpathSync(redisData),
    });
    expect(Number(await setting('maxmemory'))).toBe(512 * 1024 * 1024);
  });
});
