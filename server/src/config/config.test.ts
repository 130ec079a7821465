import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../config.ts';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import { fields } from './fields.ts';
import { readObject } from './layers.ts';
import { loadConfig } from './load-config.ts';
import { parseConfig } from './parse-config.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-config-'));
});
afterEach(() => rm(directory, { recursive: true }));

interface Given {
  readonly environment?: Record<string, string>;
  readonly flags?: Record<string, string | boolean>;
  readonly configFile?: string;
}

function load(given: Given): Promise<Config> {
  const { environment = {}, flags = {}, configFile } = given;
  return loadConfig({ directory, environment, flags: new Map(Object.entries(flags)), configFile });
}

async function issuesOf(loading: Promise<Config>): Promise<readonly ConfigIssue[]> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw new Error('the settings were accepted', { cause: error });
  return error.issues;
}

describe('precedence', () => {
  it('lets flags overrule the environment, the environment the file, and the file the defaults', async () => {
    await writeFile(
      join(directory, 'quire.config.json'),
      JSON.stringify({ port: 1, data: 'from-file', limits: { maxPendingUpdates: 11, maxPresenceEntries: 12 } }),
    );
    const config = await load({
      environment: { QUIRE_PORT: '2', QUIRE_LIMITS_MAX_PENDING_UPDATES: '21', QUIRE_LOG_LEVEL: 'warn' },
      flags: { port: '3' },
    });
    expect(config.port).toBe(3);
    expect(config.limits.maxPendingUpdates).toBe(21);
    expect(config.limits.maxPresenceEntries).toBe(12);
    expect(config.data).toBe('from-file');
    expect(config.log.level).toBe('warn');
    expect(config.drainTimeoutMs).toBe(10_000);
  });

  it('derives the variable and the flag of a setting from its path alone', () => {
    const names = new Map(fields.map((field) => [field.path, [field.environment, field.flag]]));
    expect(names.get('limits.maxFrameBytes')).toEqual(['QUIRE_LIMITS_MAX_FRAME_BYTES', '--limits-max-frame-bytes']);
    expect(names.get('port')).toEqual(['QUIRE_PORT', '--port']);
    expect(names.get('extensions')).toEqual([null, null]);
  });

  it('describes every setting, and no two share a name', () => {
    for (const field of fields) expect(field.description, field.path).not.toBe('');
    const variables = fields.flatMap((field) => field.environment ?? []);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('takes an empty variable for one that is not set', async () => {
    expect((await load({ environment: { QUIRE_PORT: '', QUIRE_CONFIG: '' } })).port).toBe(8080);
  });

  it('reads yes and no in the usual spellings', async () => {
    for (const [text, value] of Object.entries({ true: true, '1': true, off: false, No: false })) {
      expect((await load({ environment: { QUIRE_APP: text } })).app).toBe(value);
    }
  });
});

describe('faults', () => {
  it('reports all of them at once, each with its path, its source and a cure', async () => {
    await writeFile(
      join(directory, 'quire.config.json'),
      '{ "limits": { "maxFrameByte": 5, "maxPendingBytes": "many" } }',
    );
    const issues = await issuesOf(
      load({ environment: { QUIRE_PORT: 'abc', QUIRE_PROT: '1' }, flags: { 'log.level': 'loud' } }),
    );
    const file = join(directory, 'quire.config.json');
    expect(issues.map((issue) => [issue.path, issue.source])).toEqual([
      ['limits.maxFrameByte', `${file}:limits.maxFrameByte`],
      ['QUIRE_PROT', 'QUIRE_PROT'],
      ['port', 'QUIRE_PORT'],
      ['log.level', '--log-level'],
      ['limits.maxPendingBytes', `${file}:limits.maxPendingBytes`],
    ]);
    for (const issue of issues) expect(issue.cure).not.toBe('');
    const message = new ConfigError(issues).message;
    for (const issue of issues) expect(message).toContain(issue.source);
    expect(message).toContain('must be a whole number from 0 to 65535, but is "abc"');
  });

  it('names the setting that an unknown one was most likely meant to be', async () => {
    const [variable] = await issuesOf(load({ environment: { QUIRE_LIMITS_MAX_FRAME_BYTE: '1' } }));
    expect(variable?.fault).toContain('did you mean QUIRE_LIMITS_MAX_FRAME_BYTES?');
    await writeFile(join(directory, 'quire.config.json'), '{ "maxFrameBytes": 5000 }');
    const [key] = await issuesOf(load({}));
    expect(key?.fault).toContain('did you mean limits.maxFrameBytes?');
    const [stranger] = await issuesOf(load({ environment: { QUIRE_ZZZZZZZZ: '1' }, configFile: 'none.json' })).then(
      (issues) => issues.filter((issue) => issue.path === 'QUIRE_ZZZZZZZZ'),
    );
    expect(stranger?.fault).toBe('is not a setting');
  });

  it('refuses a section that is no object, and numbers beyond their range', async () => {
    await writeFile(join(directory, 'quire.config.json'), '{ "limits": 5, "port": 70000 }');
    const issues = await issuesOf(load({}));
    expect(issues.map((issue) => issue.path)).toEqual(['limits', 'port']);
  });

  it.each([
    ['in the place of a section', '{ "jwt": "hunter22-hunter22" }', 'must be an object, but is text'],
    ['without its quotes', '{ "metricsToken": hunter22-hunter22 }', "Unexpected token 'h' where JSON has none"],
    ['in the wrong quotes', "{ 'metricsToken': 'hunter22' }", 'JSON'],
  ])('shows nothing of a secret that was written %s', async (_, text, fault) => {
    await writeFile(join(directory, 'quire.config.json'), text);
    const { message } = new ConfigError(await issuesOf(load({})));
    expect(message).toContain(fault);
    expect(message).not.toContain('hunt');
  });

  it('refuses to fetch keys for tokens with a user and a password, which fetch would refuse, and shows neither', async () => {
    const environment = { QUIRE_JWT_JWKS_URL: 'https://quire:hunter22@id.example/keys?key=hunter22' };
    const issues = await issuesOf(load({ environment }));
    expect(issues.map(({ path }) => path)).toEqual(['jwt.jwksUrl']);
    expect(new ConfigError(issues).message).not.toContain('hunter22');
  });

  it('takes proxies by address and by range, and refuses names, which somebody else may come to own', async () => {
    const config = await load({ environment: { QUIRE_TRUSTED_PROXIES: '10.0.0.0/8, ::1' } });
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
    expect((await load({})).trustedProxies).toEqual([]);
    const [issue] = await issuesOf(load({ environment: { QUIRE_TRUSTED_PROXIES: '10.0.0.0/8,proxy.example' } }));
    expect(issue).toMatchObject({ path: 'trustedProxies', source: 'QUIRE_TRUSTED_PROXIES' });
    expect(issue?.fault).toMatch(/such as 10.0.0.0\/8 .*proxy\.example/);
  });

  it('refuses hosts with a scheme and origins with a path', async () => {
    const issues = await issuesOf(
      load({ environment: { QUIRE_HOST: 'http://localhost', QUIRE_ALLOWED_ORIGINS: 'https://a.example/x' } }),
    );
    expect(issues.map((issue) => issue.path)).toEqual(['host', 'allowedOrigins']);
    expect(issues[1]?.fault).toContain('https://a.example/x');
  });
});

describe('who may be reached', () => {
  it('listens on both loopback addresses by default, and for localhost', async () => {
    expect((await load({})).host).toEqual(['127.0.0.1', '::1']);
    expect((await load({ environment: { QUIRE_HOST: 'localhost' } })).host).toEqual(['127.0.0.1', '::1']);
  });

  it('refuses an address that others can reach, until told that everybody may enter', async () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.7', 'docs.example.com', '127.0.0.1,192.168.1.2', '::ffff:10.0.0.7']) {
      const issues = await issuesOf(load({ flags: { host } }));
      expect(issues.map((issue) => [issue.path, issue.source])).toEqual([['host', '--host']]);
      expect(issues[0]?.cure).toContain('QUIRE_AUTH=open');
      expect((await load({ flags: { host, auth: 'open' } })).auth).toBe('open');
    }
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) await load({ flags: { host } });
  });

  it('says so beside the other faults, not after them', async () => {
    const issues = await issuesOf(load({ flags: { host: '0.0.0.0', port: 'x' } }));
    expect(issues.map((issue) => issue.path)).toEqual(['port', 'host']);
  });

  it('leaves the door to a program that brings its own authenticator', () => {
    const layer = readObject({ kind: 'code' }, { host: '0.0.0.0' });
    expect(parseConfig([layer], { hasAuthenticator: true }).host).toEqual(['0.0.0.0']);
    expect(() => parseConfig([layer])).toThrow(ConfigError);
  });
});

describe('[G6] who is asked for a token', () => {
  const secrets = 'a secret of the tests that is long enough';

  it('is everybody once there is a key, on any address', async () => {
    expect((await load({})).auth).toBe('open-on-loopback');
    for (const environment of [
      { QUIRE_JWT_SECRETS: secrets },
      { QUIRE_JWT_KEY_FILE: 'keys.pem' },
      { QUIRE_JWT_JWKS_URL: 'https://id.example/keys' },
    ] as Record<string, string>[]) {
      const config = await load({ environment, flags: { host: '0.0.0.0' } });
      expect([config.auth, config.host]).toEqual(['jwt', ['0.0.0.0']]);
    }
  });

  it('is never left open by having set a key that nobody looks at, nor closed without one', async () => {
    for (const auth of ['open', 'open-on-loopback']) {
      const issues = await issuesOf(load({ environment: { QUIRE_JWT_SECRETS: secrets }, flags: { auth } }));
      expect(issues.map(({ path, source }) => [path, source])).toEqual([['auth', '--auth']]);
      expect(issues[0]?.cure).toContain('QUIRE_AUTH=jwt');
    }
    const issues = await issuesOf(load({ environment: { QUIRE_AUTH: 'jwt' } }));
    expect(issues.map(({ path }) => path)).toEqual(['auth']);
    expect(issues[0]?.cure).toContain('QUIRE_JWT_SECRETS');
  });

  const backend = {
    QUIRE_WEBHOOK_URL: 'https://app.example/quire',
    QUIRE_WEBHOOK_SECRETS: 'whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cywgb2YgMzIgYnl0ZXM=',
  };

  it('is everybody once there is a backend to be asked, on any address', async () => {
    const config = await load({ environment: backend, flags: { host: '0.0.0.0' } });
    expect([config.auth, config.webhook.url]).toEqual(['webhook', backend.QUIRE_WEBHOOK_URL]);
  });

  it('is said in words where both keys and a backend are there', async () => {
    const environment = { ...backend, QUIRE_JWT_SECRETS: secrets };
    const issues = await issuesOf(load({ environment }));
    expect(issues.map(({ path }) => path)).toEqual(['auth']);
    expect(issues[0]?.cure).toMatch(/QUIRE_AUTH=jwt .*QUIRE_AUTH=webhook/);
    for (const auth of ['jwt', 'webhook']) expect((await load({ environment, flags: { auth } })).auth).toBe(auth);
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['a backend without a secret', { QUIRE_WEBHOOK_URL: backend.QUIRE_WEBHOOK_URL }, 'webhook.secrets', 'openssl rand'],
    [
      'a secret without a backend',
      { QUIRE_WEBHOOK_SECRETS: backend.QUIRE_WEBHOOK_SECRETS },
      'webhook.url',
      'QUIRE_WEBHOOK_URL',
    ],
    ['a backend that nobody asks', { ...backend, QUIRE_AUTH: 'open' }, 'auth', 'QUIRE_AUTH=webhook'],
    [
      'nobody to ask',
      { QUIRE_AUTH: 'webhook', QUIRE_WEBHOOK_SECRETS: backend.QUIRE_WEBHOOK_SECRETS },
      'auth',
      'QUIRE_WEBHOOK_URL',
    ],
    ['an address that is none', { ...backend, QUIRE_WEBHOOK_URL: 'app.example' }, 'webhook.url', 'QUIRE_WEBHOOK_URL'],
    [
      'a secret that is none',
      { ...backend, QUIRE_WEBHOOK_SECRETS: 'correct-horse' },
      'webhook.secrets',
      'QUIRE_WEBHOOK_SECRETS',
    ],
    [
      'a cookie without a name',
      { ...backend, QUIRE_WEBHOOK_COOKIES: 'a b' },
      'webhook.cookies',
      'QUIRE_WEBHOOK_COOKIES',
    ],
  ])('is refused with %s', async (_, environment, path, cure) => {
    const issues = await issuesOf(load({ environment }));
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.cure).toContain(cure);
    expect(new ConfigError(issues).message).not.toMatch(/correct-horse|c2VjcmV0/);
  });

  it('is asked at no address that holds a password, which is not shown either', async () => {
    const environment = { ...backend, QUIRE_WEBHOOK_URL: 'https://quire:hunter22@app.example/quire' };
    const issues = await issuesOf(load({ environment }));
    expect(issues.map(({ path }) => path)).toEqual(['webhook.url']);
    expect(new ConfigError(issues).message).not.toContain('hunter22');
  });

  it('takes several secrets, refuses short ones, and shows none', async () => {
    const two = await load({ environment: { QUIRE_JWT_SECRETS: `${secrets}, ${secrets}2` } });
    expect(two.jwt.secrets).toEqual([secrets, `${secrets}2`]);
    const issues = await issuesOf(
      load({ environment: { QUIRE_JWT_SECRETS: `${secrets},tooshort`, QUIRE_JWT_JWKS_URL: 'id' } }),
    );
    expect(issues.map(({ path }) => path)).toEqual(['jwt.secrets', 'jwt.jwksUrl']);
    const message = new ConfigError(issues).message;
    expect(message).toContain('at least 32 bytes');
    expect(message).not.toContain('tooshort');
  });
});

describe('several nodes', () => {
  const secret = 'a secret of the tests that is long enough';
  const cluster = { QUIRE_REDIS: 'redis://quire:hunter22@redis:6379/0', QUIRE_CLUSTER_SECRET: secret };

  it('are connected by a Redis and a secret, and by nothing else that must be said', async () => {
    expect((await load({})).redis).toBeUndefined();
    const config = await load({ environment: cluster });
    expect(config.redis).toBe(cluster.QUIRE_REDIS);
    expect(config.cluster).toMatchObject({ nodes: 1, secret: [secret], receipts: 'cluster', prefix: 'quire:' });
  });

  it('take two secrets, so that one can be changed for another', async () => {
    const environment = { ...cluster, QUIRE_CLUSTER_SECRET: `${secret}2, ${secret}` };
    expect((await load({ environment })).cluster.secret).toEqual([`${secret}2`, secret]);
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['a Redis and no secret', { QUIRE_REDIS: cluster.QUIRE_REDIS }, 'cluster.secret', 'openssl rand'],
    ['a secret and no Redis', { QUIRE_CLUSTER_SECRET: secret }, 'cluster.secret', 'QUIRE_REDIS'],
    ['a number of nodes and no Redis', { QUIRE_CLUSTER_NODES: '3' }, 'cluster.nodes', 'QUIRE_REDIS'],
    [
      'an address for others and no Redis',
      { QUIRE_CLUSTER_ADDRESS: 'http://n1:8080' },
      'cluster.address',
      'QUIRE_REDIS',
    ],
    ['no node at all', { ...cluster, QUIRE_CLUSTER_NODES: '0' }, 'cluster.nodes', 'QUIRE_CLUSTER_NODES'],
    ['a short secret', { ...cluster, QUIRE_CLUSTER_SECRET: 'hunter22' }, 'cluster.secret', 'QUIRE_CLUSTER_SECRET'],
    ['another kind of address', { ...cluster, QUIRE_REDIS: 'http://q:hunter22@redis' }, 'redis', 'QUIRE_REDIS'],
    [
      'an address with a path',
      { ...cluster, QUIRE_CLUSTER_ADDRESS: 'http://n1/x' },
      'cluster.address',
      'QUIRE_CLUSTER_ADDRESS',
    ],
    [
      'an address without a scheme',
      { ...cluster, QUIRE_CLUSTER_ADDRESS: 'n1:8080' },
      'cluster.address',
      'QUIRE_CLUSTER_ADDRESS',
    ],
    [
      'a prefix that Redis Cluster would read',
      { ...cluster, QUIRE_CLUSTER_PREFIX: '{a}' },
      'cluster.prefix',
      'QUIRE_CLUSTER_PREFIX',
    ],
    [
      'certificates for a Redis without TLS',
      { ...cluster, QUIRE_CLUSTER_REDIS_CA_FILE: 'ca.pem' },
      'cluster.redisCaFile',
      'rediss://',
    ],
  ])('are refused with %s, and no secret is shown', async (_, environment, path, cure) => {
    const issues = await issuesOf(load({ environment }));
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.cure).toContain(cure);
    expect(new ConfigError(issues).message).not.toMatch(/hunter22|long enough/);
  });

  it('are no matter for who is by himself: what says no more than the defaults is let pass', () => {
    const defaults = parseConfig([]).cluster;
    expect(parseConfig([readObject({ kind: 'code' }, { cluster: defaults })]).cluster).toEqual(defaults);
  });
});

describe('config files', () => {
  const moduleText = 'export default { port: 4321, extensions: [{ extensionName: "mine" }] };';

  it.each(['quire.config.js', 'quire.config.mjs', 'quire.config.ts'])('takes extensions from %s', async (name) => {
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
    await writeFile(join(directory, name), moduleText);
    const config = await load({});
    expect(config.port).toBe(4321);
    expect(config.extensions).toEqual([{ extensionName: 'mine' }]);
  });

  it('reads the file that a flag names, rather than that of the environment', async () => {
    await writeFile(join(directory, 'a.json'), '{ "port": 1 }');
    await writeFile(join(directory, 'b.json'), '{ "port": 2 }');
    expect((await load({ environment: { QUIRE_CONFIG: 'a.json' } })).port).toBe(1);
    expect((await load({ environment: { QUIRE_CONFIG: 'a.json' }, configFile: 'b.json' })).port).toBe(2);
  });

  it.each([
    ['missing', 'missing.json', null],
    ['malformed', 'bad.json', '{ "port": '],
    ['of another kind', 'quire.yaml', 'port: 1'],
    ['without a default export', 'bare.mjs', 'export const port = 1;'],
    ['throwing', 'throws.mjs', 'throw new Error("thrown inside");'],
  ])('refuses a file that is %s, and still checks the rest', async (_, name, text) => {
    if (text !== null) await writeFile(join(directory, name), text);
    const issues = await issuesOf(load({ configFile: name, flags: { port: 'x' } }));
    expect(issues.map((issue) => [issue.path, issue.source])).toEqual([
      ['config', '--config'],
      ['port', '--port'],
    ]);
    expect(issues[0]?.fault).toContain(name);
  });

  it('refuses to choose between two files', async () => {
    await writeFile(join(directory, 'quire.config.json'), '{}');
    await writeFile(join(directory, 'quire.config.mjs'), 'export default {};');
    const issues = await issuesOf(load({}));
    expect(issues.map((issue) => issue.path)).toEqual(['config']);
  });
});

it('freezes settings, but not the extensions that others made', () => {
  const extension = { counter: 0 };
  const config = parseConfig([readObject({ kind: 'code' }, { extensions: [extension] })]);
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config.limits, { maxFrameBytes: 1 })).toThrow(TypeError);
  expect(() => (config.host as string[]).push('0.0.0.0')).toThrow(TypeError);
  expect(Object.assign(extension, { counter: 1 })).toEqual({ counter: 1 });
});

it('accepts its own result as input', () => {
  const once = parseConfig([]);
  expect(parseConfig([readObject({ kind: 'code' }, once)])).toEqual(once);
});
