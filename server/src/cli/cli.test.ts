import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { FIRST_EPOCH, openLevelStore } from '@quire/persistence';
import { readRetryHint } from '@quire/protocol';
import { joinWithHocuspocus, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { fields } from '../config/fields.ts';
import { REGISTRY_NAME } from '../registry/registry-name.ts';

const launcher = fileURLToPath(new URL('../../bin/quire.sh', import.meta.url));
const ends: (() => unknown)[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-cli-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the process, and whatever shares its output, has ended. */
  readonly ended: Promise<number | null>;
  /** `http://127.0.0.1:port`, once the ready line is there. */
  ready(): Promise<string>;
}

interface Given {
  readonly environment?: Record<string, string>;
  readonly command?: readonly [string, ...string[]];
}

/** Runs the command line as a user does, with nothing of the environment in which the tests run. */
function run(args: readonly string[], { environment = {}, command = [launcher] }: Given = {}): Running {
  const [file, ...before] = command;
  const child = spawn(file, [...before, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, QUIRE_HOST: '127.0.0.1', QUIRE_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  ends.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    pid: child.pid ?? 0,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    ended,
    ready: () =>
      until(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stderr}`);
          return /ready at (http:\S+)/.exec(stdout)?.[1];
        },
        { what: () => `no ready line in ${stdout}${stderr}` },
      ),
  };
}

const serve = (given?: Given, ...flags: string[]): Running => run(['serve', ...flags], given);

function readLogs(running: Running): Record<string, unknown>[] {
  return running.stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

async function createDocument(url: string, title: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${url}/v1/documents`, { method: 'POST', headers, body: JSON.stringify({ title }) });
  expect(response.status).toBe(201);
}

async function countDocuments(url: string): Promise<number> {
  const list = (await (await fetch(`${url}/v1/documents`)).json()) as { documents: unknown[] };
  return list.documents.length;
}

describe('quire serve', () => {
  it('says in one line on stdout where it is ready, as which process, and where its data is', async () => {
    const server = serve({}, '--data', 'here');
    const url = await server.ready();
    expect(server.stdout).toBe(`Quire is ready at ${url} (pid ${server.pid}), data in ${join(directory, 'here')}\n`);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.stdout.split('\n')).toHaveLength(2);
    expect(readLogs(server).map((line) => line.msg)).toContain('stopped: everything is on disk');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '[G1] ends with 0 on %s, and has everything when it starts again',
    async (signal) => {
      const first = serve();
      await createDocument(await first.ready(), 'Kept');
      first.child.kill(signal);
      expect(await first.ended).toBe(0);
      const second = serve();
      expect(await countDocuments(await second.ready())).toBe(1);
    },
  );

  it('takes settings from a file, the environment and flags', async () => {
    await writeFile(join(directory, 'quire.config.mjs'), "export default { data: 'from-file', port: 1 };");
    const server = serve({ environment: { QUIRE_LOG_LEVEL: 'debug' } }, '--port', '0', '--no-app');
    const url = await server.ready();
    expect(server.stdout).toContain('from-file');
    expect((await fetch(url)).status).toBe(404);
  });

  it('reports every wrong setting at once, and starts nothing', async () => {
    const server = serve(
      { environment: { QUIRE_PORT: 'abc', QUIRE_PROT: '1', QUIRE_DATA: 'never' } },
      '--log-level',
      'loud',
    );
    expect(await server.ended).toBe(1);
    for (const part of ['QUIRE_PORT', 'did you mean QUIRE_PORT?', '--log-level']) expect(server.stderr).toContain(part);
    expect(server.stdout).toBe('');
    expect(server.stderr).not.toContain('    at ');
    expect(existsSync(join(directory, 'never'))).toBe(false);
  });

  it('refuses an address that others can reach, unless told that everybody may enter', async () => {
    const server = serve({}, '--host', '0.0.0.0');
    expect(await server.ended).toBe(1);
    expect(server.stderr).toContain('--auth open');
    const open = serve({}, '--host', '0.0.0.0', '--auth', 'open');
    expect(await open.ready()).toContain('http://localhost:');
  });

  it('names the process that holds the port, and the setting that chooses another', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    ends.push(() => other.close());
    const server = serve({}, '--port', String((other.address() as AddressInfo).port));
    expect(await server.ended).toBe(1);
    expect(server.stderr).toContain(`taken by process ${process.pid}`);
    expect(server.stderr).toContain('QUIRE_PORT');
    expect(server.stderr).not.toContain('    at ');
  });

  it('names the process that holds the data, and the setting that chooses other data', async () => {
    const first = serve();
    const url = await first.ready();
    const second = serve();
    expect(await second.ended).toBe(1);
    expect(second.stderr).toContain(`process ${first.pid}`);
    expect(second.stderr).toContain(url);
    expect(second.stderr).toContain('QUIRE_DATA');
    expect(second.stderr).not.toContain('    at ');
  });

  it('[G6] that can’t know whose access was taken back starts nothing, and says what to do', async () => {
    const data = join(directory, 'data');
    const store = await openLevelStore({ directory: data });
    const newer = new Y.Doc();
    newer.getMap('revocations').set('strange', { kind: 'of a later version' });
    const updates = [{ author: '', update: Y.encodeStateAsUpdate(newer) }];
    await store.append({ document: REGISTRY_NAME, epoch: FIRST_EPOCH, time: Date.now(), updates });
    await store.close();
    const server = run(['serve', '--data', data]);
    expect(await server.ended).toBe(1);
    expect(server.stdout).toBe('');
    expect(server.stderr).toMatch(
      /registry holds what this version can not read: revocations strange: .*Start the version/,
    );
    expect(server.stderr).not.toContain('    at ');
  });

  it.each([
    ['below a file', 'quire.config.mjs/data'],
    ...(process.platform === 'linux' ? [['where no directory can be made', '/proc/quire']] : []),
  ])('says what keeps it from making its data directory, and what helps: %s', async (_, data) => {
    await writeFile(join(directory, 'quire.config.mjs'), 'export default {};');
    const server = serve({}, '--data', data);
    expect(await server.ended).toBe(1);
    expect(server.stderr).toContain(resolve(directory, data));
    expect(server.stderr).toContain('can not be made');
    expect(server.stderr).toContain('--data');
    expect(server.stderr).not.toContain('    at ');
  });

  it('ends with 1 and says what was left when it may not take longer', async () => {
    const server = serve({ environment: { QUIRE_DRAIN_TIMEOUT_MS: '0' } });
    const url = await server.ready();
    const client = new WebSocket(`${url}/collab`);
    ends.push(() => client.terminate());
    await once(client, 'open');
    client.pause();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(1);
    // What is flushed at the end may overtake a line that is being written.
    const failure = readLogs(server).find(({ level }) => level === 'error');
    expect(failure).toMatchObject({ ending: 'out of time', sessions: 1 });
  });

  it('[G4] says while it stops how many sessions are left, and cuts off who does not answer in time to end with 0', async () => {
    const server = serve();
    const url = await server.ready();
    const [silent, polite] = [new WebSocket(`${url}/collab`), new WebSocket(`${url}/collab`)];
    ends.push(() => silent.terminate());
    await Promise.all([silent, polite].map((client) => once(client, 'open')));
    const goodbye = once(polite, 'close');
    silent.pause();
    server.child.kill('SIGTERM');
    const [code, reason] = (await goodbye) as [number, Buffer];
    expect(code).toBe(1012);
    expect(readRetryHint(reason.toString())).not.toBeNull();
    expect(await server.ended).toBe(0);
    const [stopping, progress, stopped] = readLogs(server).slice(-3);
    expect(stopping).toMatchObject({ msg: 'stopping', reason: 'SIGTERM', sessions: 2 });
    expect(progress).toMatchObject({ msg: 'still stopping', sessions: 1, queuedEntries: 0 });
    expect(stopped).toMatchObject({ msg: 'stopped: everything is on disk' });
  });

  it.each([
    ['an exception that nobody caught', 'setImmediate(() => { throw new Error("boom"); });'],
    ['a rejection that nobody handled', 'Promise.reject(new Error("boom"));'],
  ])('[G1] after %s it says so, flushes and ends with 1', async (_, statement) => {
    await writeFile(
      join(directory, 'quire.config.mjs'),
      `export default { extensions: [{ async onAuthenticate() { ${statement} } }] };`,
    );
    const server = serve();
    const url = await server.ready();
    await createDocument(url, 'Kept');
    const person = joinWithHocuspocus(url.replace('http', 'ws'), 'any');
    ends.push(() => person.leave());
    expect(await server.ended).toBe(1);
    const fatal = readLogs(server).find((line) => line.level === 'fatal');
    expect(JSON.stringify(fatal)).toContain('boom');
    await rm(join(directory, 'quire.config.mjs'));
    expect(existsSync(join(directory, 'data', 'owner.json'))).toBe(false);
    expect(await countDocuments(await serve().ready())).toBe(1);
  });

  it.each([
    ['npm itself', 'process.kill(process.pid, "SIGKILL")'],
    ['the shell between', 'child.kill("SIGKILL")'],
  ])('started by npm, it drains and ends once %s is gone', async (_, end) => {
    // What npm looks like from below: a process of that name, a shell, and the server in it.
    const npm = `
      process.title = 'npm exec quire serve';
      const { spawn } = require('node:child_process');
      const child = spawn('sh', ['-c', '${launcher} serve; exit $?'], { stdio: 'inherit' });
      process.on('SIGUSR2', () => { ${end} });
      child.on('exit', () => process.exit());`;
    const started = run([], { command: [process.execPath, '-e', npm], environment: { npm_command: 'exec' } });
    await started.ready();
    const pid = Number(/pid (\d+)/.exec(started.stdout)?.[1]);
    expect(pid).not.toBe(started.pid);
    started.child.kill('SIGUSR2');
    await started.ended;
    expect(readLogs(started).map((line) => line.reason ?? line.msg)).toEqual([
      'npm is gone',
      'stopped: everything is on disk',
    ]);
    expect(existsSync(join(directory, 'data', 'owner.json'))).toBe(false);
  });
});

describe('quire', () => {
  it('prints its version', async () => {
    const printed = run(['--version']);
    expect(await printed.ended).toBe(0);
    expect(printed.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('lists every setting with its variable and its default', async () => {
    const printed = run(['serve', '--help']);
    expect(await printed.ended).toBe(0);
    for (const { flag, environment } of fields) {
      if (flag !== null) expect(printed.stdout).toContain(`${flag} `);
      if (environment !== null) expect(printed.stdout).toContain(environment);
    }
  });

  it('refuses what it does not know, and says what was meant', async () => {
    const flag = run(['serve', '--prot', '1']);
    expect(await flag.ended).toBe(1);
    expect(flag.stderr).toContain('--port');
    const command = run(['sreve']);
    expect(await command.ended).toBe(1);
    expect(command.stderr).toContain('serve');
  });
});
