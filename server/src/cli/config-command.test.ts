import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fields } from '../config/fields.ts';
import { type Finished, runQuire } from '../testing/run-quire.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-config-'));
});
afterEach(() => rm(directory, { recursive: true }));

function run(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return runQuire(['config', ...args], { directory, environment }).finished;
}

interface Printed {
  readonly path: string;
  readonly value: string;
  readonly source: string;
}

async function runForJson(...parameters: Parameters<typeof run>): Promise<ReadonlyMap<string, Printed>> {
  const [args = [], environment] = parameters;
  const { status, stdout } = await run([...args, '--json'], environment);
  expect(status).toBe(0);
  return new Map((JSON.parse(stdout) as Printed[]).map((setting) => [setting.path, setting]));
}

describe('quire config', () => {
  it('prints every setting with its value, and names the source of each: default, file, environment or flag', async () => {
    const file = join(directory, 'quire.config.json');
    await writeFile(file, JSON.stringify({ port: 1, data: 'from-file', limits: { maxFrameBytes: 4096 } }, null, 2));
    const settings = await runForJson(['--data', 'from-flag'], { QUIRE_PORT: '9000' });
    expect([...settings.keys()]).toEqual(fields.map(({ path }) => path));
    expect(settings.get('port')).toMatchObject({ value: '9000', source: 'QUIRE_PORT' });
    expect(settings.get('data')).toMatchObject({ value: 'from-flag', source: '--data' });
    expect(settings.get('limits.maxFrameBytes')).toMatchObject({ value: '4096', source: `${file}:5` });
    expect(settings.get('host')).toMatchObject({ value: '127.0.0.1,::1', source: 'default' });
    expect(settings.get('appDirectory')).toMatchObject({ value: '(not set)', source: 'default' });
  });

  it('prints a table for people', async () => {
    const { stdout } = await run([], { QUIRE_PORT: '9000' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(fields.length + 1);
    expect(lines[0]).toMatch(/^setting +value +from$/);
    expect(lines.find((line) => line.startsWith('port '))).toMatch(/^port +9000 +QUIRE_PORT$/);
  });

  it('reads the file that --config names, and names extensions in it', async () => {
    const file = join(directory, 'other.mjs');
    await writeFile(file, "export default { extensions: [{ extensionName: 'audit' }, {}] };");
    expect((await runForJson(['--config', file])).get('extensions')).toMatchObject({
      value: 'audit, (without a name)',
      source: file,
    });
  });

  it.each([[[]], [['--json']]])('never prints a secret, only where it comes from: %j', async (args) => {
    const secret = 'correct-horse-battery';
    const webhookSecret = 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgb2YgMzIgYnl0ZXM=';
    const clusterSecret = 'a secret of the tests that is long enough';
    const { stdout } = await run(args, {
      QUIRE_METRICS_TOKEN: secret,
      QUIRE_WEBHOOK_URL: 'https://app.example/quire',
      QUIRE_WEBHOOK_SECRETS: webhookSecret,
      QUIRE_REDIS: 'redis://quire:hunter22@redis:6379',
      QUIRE_CLUSTER_SECRET: clusterSecret,
    });
    const names = ['QUIRE_METRICS_TOKEN', 'QUIRE_WEBHOOK_SECRETS', 'QUIRE_REDIS', 'QUIRE_CLUSTER_SECRET'];
    for (const name of names) expect(stdout).toContain(name);
    expect(stdout).toContain('(hidden)');
    for (const hidden of [secret, webhookSecret, clusterSecret, 'hunter22']) expect(stdout).not.toContain(hidden);
  });

  it.each([[[]], [['--json']]])(
    'shows where an address leads, and nothing of what lets us in there: %j',
    async (args) => {
      const { stdout } = await run(args, {
        QUIRE_WEBHOOK_URL: 'https://app.example/quire?key=hunter22',
        QUIRE_WEBHOOK_SECRETS: 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgb2YgMzIgYnl0ZXM=',
        QUIRE_REDIS: 'redis-sentinel://quire:hunter22@one:26379,two:26379/main?sentinel-password=hunter22',
        QUIRE_CLUSTER_SECRET: 'a secret of the tests that is long enough',
      });
      expect(stdout).toContain('https://app.example/quire?…');
      expect(stdout).toContain('redis-sentinel://…@one:26379,two:26379/main?…');
      expect(stdout).not.toContain('hunter22');
    },
  );

  it.each([
    ['redis://quire:hunter 22@redis', 'redis://…@redis'],
    [' redis-sentinel://one:1, two:2/main?sentinel-password=hunter%2022\n', 'redis-sentinel://one:1, two:2/main?…'],
  ])('shows of the address %j, which the server would take, only where it leads', async (address, shown) => {
    const settings = await runForJson([], {
      QUIRE_REDIS: address,
      QUIRE_CLUSTER_SECRET: 'a secret that is long enough for it',
    });
    expect(settings.get('redis')?.value.trim()).toBe(shown);
  });

  it('reports wrong settings as quire serve does, all at once, without the secret among them', async () => {
    const environment = { QUIRE_PORT: 'abc', QUIRE_PROT: '1', QUIRE_METRICS_TOKEN: 'too-short' };
    const { status, stdout, stderr } = await run([], environment);
    const served = await runQuire(['serve'], { directory, environment }).finished;
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(served.stderr);
    for (const part of ['QUIRE_PORT', 'QUIRE_PROT', 'QUIRE_METRICS_TOKEN']) expect(stderr).toContain(part);
    expect(stderr).not.toContain('too-short');
  });

  it('has no flag for a secret, which everybody on the machine could read', async () => {
    const { status, stderr } = await run(['--metrics-token', 'correct-horse-battery']);
    expect(status).toBe(1);
    expect(stderr).toContain('unknown option');
  });
});
