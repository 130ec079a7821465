import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer } from '../main.ts';
import { WEBHOOK_SECRET } from '../testing/auth-backend.ts';
import { type Finished, runQuire } from '../testing/run-quire.ts';
import { SECRET } from '../testing/tokens.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-token-'));
});
afterEach(() => rm(directory, { recursive: true }));

const WITH_SECRET = { QUIRE_JWT_SECRETS: SECRET };

function run(args: readonly string[], environment: Record<string, string> = WITH_SECRET): Promise<Finished> {
  return runQuire(['token', ...args], { directory, environment }).finished;
}

describe('quire token', () => {
  it('[G6] prints one that the server takes, for what it grants and no more', async () => {
    const grants = ['--grant', 'reader:team/**', '--grant', 'editor:team/plan'];
    const { status, stdout, stderr } = await run(['--user', 'ada', '--name', 'Ada', '--expires', '2h', ...grants]);
    expect([status, stderr]).toEqual([0, '']);
    const token = stdout.trim();
    const { exp = 0, iat = 0, ...claims } = decodeJwt(token);
    expect(exp - iat).toBe(7_200);
    expect(claims).toEqual({
      sub: 'ada',
      name: 'Ada',
      grants: [
        { documents: 'team/**', role: 'reader' },
        { documents: 'team/plan', role: 'editor' },
      ],
    });
    const server = await createServer({ port: 0, data: join(directory, 'data'), jwt: { secrets: [SECRET] } });
    const rename = async (name: string): Promise<number> => {
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
      const url = `${server.url}/v1/documents`;
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name }) })).status;
    };
    expect([await rename('team/plan'), await rename('team/other'), await rename('plan')]).toEqual([201, 403, 403]);
    await server.close();
  });

  it('signs with the first secret of the config file, as the issuer and for the audience that it names', async () => {
    const jwt = { secrets: [SECRET, 'another one, which is for checking alone'], issuer: 'me', audience: 'quire' };
    await writeFile(join(directory, 'quire.config.json'), JSON.stringify({ jwt, port: 8123 }));
    const { stdout } = await run(['--user', 'ada', '--link'], {});
    expect(stdout).toMatch(/^http:\/\/localhost:8123\/#token=\S+\n$/);
    const token = stdout.trim().split('#token=')[1] ?? '';
    expect(decodeJwt(token)).toMatchObject({ iss: 'me', aud: 'quire', grants: [{ documents: '**', role: 'editor' }] });
  });

  it.each([
    ['without a secret', ['--user', 'ada'], {}, 'set QUIRE_JWT_SECRETS'],
    [
      'where a backend is asked',
      ['--user', 'ada'],
      { QUIRE_WEBHOOK_URL: 'https://app.example/who', QUIRE_WEBHOOK_SECRETS: WEBHOOK_SECRET },
      'webhook.url is asked who somebody is',
    ],
    ['for a grant that is none', ['--user', 'ada', '--grant', 'team/plan'], WITH_SECRET, 'editor:team/**'],
    [
      'for a role that there is not',
      ['--user', 'ada', '--grant', 'admin:**'],
      WITH_SECRET,
      'reader, commenter, editor',
    ],
    ['for a time that is none', ['--user', 'ada', '--expires', 'soon'], WITH_SECRET, '90s, 30m, 8h or 7d'],
    ['for nobody', [], WITH_SECRET, '--user'],
    ['for a user without an id', ['--user', ''], WITH_SECRET, '--user must not be empty.'],
    ['for too long an id', ['--user', 'x'.repeat(201)], WITH_SECRET, '--user must have at most 200 characters.'],
    ['for a name of nothing', ['--user', 'ada', '--name', ' '], WITH_SECRET, '--name must not be empty.'],
    [
      'for too long a name',
      ['--user', 'ada', '--name', 'x'.repeat(101)],
      WITH_SECRET,
      '--name must have at most 100 characters.',
    ],
    [
      'for two faults at once',
      ['--user', '', '--name', ''],
      WITH_SECRET,
      '--user must not be empty.\n--name must not be empty.',
    ],
    ['for longer than there is time', ['--user', 'ada', '--expires', '999999999d'], WITH_SECRET, '90s, 30m, 8h or 7d'],
    [
      'for a pattern that is too long',
      ['--user', 'ada', '--grant', `editor:${'x'.repeat(513)}`],
      WITH_SECRET,
      'a pattern of document names',
    ],
    ['with a secret that is too short', ['--user', 'ada'], { QUIRE_JWT_SECRETS: 'short' }, 'at least 32 bytes'],
  ])('%s says what is wrong, and ends with 1', async (_, args, environment, words) => {
    const { status, stdout, stderr } = await run(args, environment);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
    expect(stderr).not.toContain('short"');
  });
});
