import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { pickPort } from './pick-port.ts';
import { askAsIs } from './testing/ask-as-is.ts';
import { openStand, type Stand } from './testing/stand.ts';
import { until } from './until.ts';
import { untilListening } from './until-listening.ts';

const CONFIGURATION = join(import.meta.dirname, '..', '..', 'deploy', 'nginx.conf');

let stands: readonly Stand[];
let url: string;
let accessLog: string;
let log = '';
let end: () => Promise<void>;

/** The file as it is delivered, with addresses put in as it says; a child of Node has a socket as its output, which nginx can't open. */
function configurationFor(port: number): string {
  let text = readFileSync(CONFIGURATION, 'utf8')
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('access_log /dev/stdout ', `access_log ${accessLog} `);
  for (const [index, { address }] of stands.entries()) text = text.replace(`quire-${index + 1}:8080`, address);
  return text;
}

beforeAll(async () => {
  stands = await Promise.all(['one', 'two', 'three'].map(openStand));
  const port = await pickPort();
  url = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'quire-nginx-'));
  const file = join(folder, 'nginx.conf');
  accessLog = join(folder, 'access.log');
  writeFileSync(file, configurationFor(port));
  const directives = `daemon off; pid ${join(folder, 'nginx.pid')}; error_log stderr;`;
  const child = spawn('nginx', ['-p', folder, '-c', file, '-g', directives], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  end = async () => {
    process.off('exit', kill);
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    for (const stand of stands) await stand.close();
    rmSync(folder, { recursive: true, force: true });
  };
  await untilListening(port, 'nginx', () => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${log}`);
  });
});
afterAll(() => end());
beforeEach(() => {
  for (const stand of stands) stand.status = 200;
});

async function ask(path: string, method = 'GET'): Promise<string> {
  const answer = await fetch(`${url}${path}`, { method, headers: { connection: 'close' } });
  return answer.ok ? answer.text() : String(answer.status);
}

async function nodeOf(path: string): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`);
  const [message] = (await once(socket, 'message')) as [Buffer];
  socket.terminate();
  return message.toString();
}

function standNamed(name: string): Stand {
  const stand = stands[['one', 'two', 'three'].indexOf(name)];
  if (stand === undefined) throw new Error(`no node is called ${name}`);
  return stand;
}

const sentFor = (method: string): number =>
  stands.flatMap(({ asked }) => asked).filter((line) => line.startsWith(`${method} `)).length;

describe('nginx with the configuration of deploy/', () => {
  it.each(['plan', 'team/plan', 'team/a/b/c', 'ä ö', '100 %'])(
    'brings %j to one node, whatever is asked of it and in whichever dialect',
    async (name) => {
      const encoded = encodeURIComponent(name);
      const sockets = [`/collab?document=${encoded}`, `/collab?token=x&document=${encoded}`, `/yjs/${encoded}`];
      // A slash in a name stands there as it is, where a provider does not encode it.
      if (/^[\w/]+$/.test(name)) sockets.push(`/yjs/${name}?token=x`);
      const requests = [`/v1/documents/${encoded}/state`, `/collab/http?document=${encoded}`];
      const nodes = await Promise.all([...sockets.map(nodeOf), ...requests.map((path) => ask(path))]);
      expect(new Set(nodes).size).toBe(1);
      expect(['one', 'two', 'three']).toContain(nodes[0]);
    },
  );

  it('spreads documents over all nodes', async () => {
    const homes = Array.from({ length: 60 }, (_, number) => ask(`/v1/documents/document-${number}/state`));
    expect(new Set(await Promise.all(homes)).size).toBe(3);
  });

  it('tells nodes where somebody comes from', async () => {
    await ask('/v1/documents');
    expect(stands.flatMap(({ asked }) => asked)).toContain('GET /v1/documents for 127.0.0.1');
  });

  it.each(['/metrics', '/metrics?x', '/%6detrics', '/cluster', '/cluster/v1/status', '/%63luster/v1/status'])(
    '[G6] lets nobody in from outside to %s',
    async (path) => {
      expect(await ask(path)).toBe('404');
      expect(stands.flatMap(({ asked }) => asked).filter((line) => line.includes(path))).toEqual([]);
    },
  );

  it.each(['/./metrics', '/x/../metrics', '/x/%2e%2E/cluster/v1/status', '/yjs/../%63luster/v1/status'])(
    '[G6] lets nobody in by %s, which nodes take for another path than it looks',
    async (path) => {
      expect(await askAsIs(url, path)).toBe(404);
      expect(stands.flatMap(({ asked }) => asked).filter((line) => line.includes(path))).toEqual([]);
    },
  );

  it('brings who only asks, or comes with a socket, to another node where the first takes no edits', async () => {
    const home = standNamed(await ask('/v1/documents/moving/state'));
    home.status = 503;
    expect(await ask('/v1/documents/moving/state')).not.toBe('503');
    expect(['one', 'two', 'three']).toContain(await nodeOf('/yjs/moving'));
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    '[R14] sends a %s to one node only, and tells what that says',
    async (method) => {
      for (const stand of stands) stand.status = 503;
      const before = sentFor(method);
      expect(await ask('/v1/documents/changed/state', method)).toBe('503');
      expect(sentFor(method)).toBe(before + 1);
    },
  );

  it('keeps names and tokens out of its log', async () => {
    await ask('/v1/documents/secret-plan/state?token=abc');
    const logged = (): string => readFileSync(accessLog, 'utf8');
    await until(() => logged().includes(' GET 200 '), { what: 'nothing is logged' });
    expect(logged()).not.toMatch(/secret|abc/);
  });
});
