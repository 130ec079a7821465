import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinWithHocuspocus, until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMeasuredServer } from '../../testing/measured-server.ts';
import { type Running, runQuire } from '../../testing/run-quire.ts';

const ends: (() => unknown)[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quire-top-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}, onTerminal = false): Running {
  const running = runQuire(['top', ...args], { directory, environment, onTerminal });
  ends.push(async () => {
    running.kill('SIGKILL');
    await running.finished;
  });
  return running;
}

async function start(...parameters: Parameters<typeof startMeasuredServer>) {
  const measured = await startMeasuredServer(...parameters);
  ends.push(() => measured.close());
  return measured;
}

/** @returns where it listens */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function hangUpMidway(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, headers);
  response.write('quire_sessions{dialect="hocuspocus"} 1\n', () => response.destroy());
}

/** Somebody who types until the test ends. */
async function keepTyping(wsUrl: string): Promise<void> {
  const person = joinWithHocuspocus(wsUrl, 'plan');
  await until(() => person.provider.isSynced, { what: 'synced' });
  const typing = setInterval(() => person.doc.getText('body').insert(0, 'x'), 20);
  ends.push(() => {
    clearInterval(typing);
    person.leave();
  });
}

describe('quire top --once', () => {
  it('prints what a server does, one name and value a line', async () => {
    const { server, wsUrl } = await start();
    await keepTyping(wsUrl);
    const { status, stdout } = await run(['--once', '--url', server.url]).finished;
    expect(status).toBe(0);
    const values = new Map(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
    expect(stdout).not.toContain('\x1b');
    expect(values.get('version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(values.get('journal_state')).toBe('ready');
    expect(values.get('sessions')).toBe('1');
    expect(values.get('sessions_hocuspocus')).toBe('1');
    expect(values.get('documents')).toBe('1');
    for (const rate of ['edits_per_second', 'frames_in_per_second', 'bytes_out_per_second', 'receipt_p50_seconds']) {
      expect([rate, Number(values.get(rate)) > 0]).toEqual([rate, true]);
    }
    expect(Number(values.get('fsync_p99_seconds'))).toBeLessThan(10);
    expect(values.get('unestablished_frames')).toBe('0');
  });

  it('finds the server and its token where quire serve would have them', async () => {
    const token = 'correct-horse-battery';
    const { server } = await start({ metricsToken: token });
    const environment = { QUIRE_PORT: String(server.port), QUIRE_METRICS_TOKEN: token };
    const { status, stdout } = await run(['--once'], environment).finished;
    expect([status, stdout.includes('sessions 0')]).toEqual([0, true]);
  });

  it('finds them in the config file that is named', async () => {
    const metricsToken = 'correct-horse-battery';
    const { server } = await start({ metricsToken });
    const file = join(directory, 'production.json');
    await writeFile(file, JSON.stringify({ port: server.port, metricsToken }));
    const { status, stderr } = await run(['--once', '--config', file]).finished;
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('quire top on a terminal', () => {
  it('redraws the screen each second, and gives the terminal back on Control-C', async () => {
    const { server, wsUrl } = await start();
    await keepTyping(wsUrl);
    const running = run(['--url', server.url], {}, true);
    await until(() => running.stdout.split('receipts').length > 2, { what: () => `drawn twice: ${running.stdout}` });
    expect(running.stdout).toMatch(/edits +\d/);
    running.kill('SIGINT');
    const { status, stdout } = await running.finished;
    expect(status).toBe(0);
    expect(stdout.trimEnd().endsWith('\x1b[?1049l')).toBe(true);
  });
});

describe('quire top on a terminal, when the server goes away in the middle of an answer', () => {
  it('says so on the screen, and goes on when it is back', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      if (asked === 2) hangUpMidway(response);
      else response.end('quire_sessions{dialect="hocuspocus"} 1\n');
    });
    const running = run(['--url', url], {}, true);
    await until(() => running.stdout.includes('Trying again'), { what: () => `it said so: ${running.stdout}` });
    expect(running.stdout).toContain('the connection was cut');
    await until(() => /sessions +1/.test(running.stdout), { what: () => `drawn again: ${running.stdout}` });
    running.kill('SIGINT');
    expect((await running.finished).status).toBe(0);
  });
});

describe('quire top says what is wrong, and ends with 1', () => {
  it.each<[string, readonly string[], string]>([
    ['nobody listens there', ['--url', 'http://127.0.0.1:9'], "can't be reached at http://127.0.0.1:9"],
    ['the address is none', ['--url', 'localhost:8080'], '--url must be an address'],
    ['the address holds a password', ['--url', 'http://ada:hunter22@127.0.0.1:9'], 'but is "http://…@127.0.0.1:9"'],
  ])('%s', async (_, args, words) => {
    const { status, stdout, stderr } = await run(args).finished;
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
  });

  it('the token is wrong, or missing', async () => {
    const { server } = await start({ metricsToken: 'correct-horse-battery' });
    const missing = await run(['--url', server.url]).finished;
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('wants a token')]);
    const wrong = await run(['--url', server.url], { QUIRE_METRICS_TOKEN: 'wrong-horse-battery' }).finished;
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('wants another token')]);
  });

  it('metrics are switched off', async () => {
    const { server } = await start({ metrics: false });
    const { status, stderr } = await run(['--url', server.url]).finished;
    expect([status, stderr]).toEqual([1, expect.stringContaining('shows no metrics')]);
  });

  it('somebody else answers', async () => {
    const url = await serve((_, response) => response.end('hello'));
    const { status, stderr } = await run(['--url', url]).finished;
    expect([status, stderr]).toEqual([1, expect.stringContaining('is not Quire')]);
  });

  it.each([
    ['of which it had said how long it is', { 'Content-Length': '100000' }],
    ['of which nobody knows how long it is', {}],
  ])('the server goes away in the middle of its answer, %s', async (_, headers) => {
    const url = await serve((_, response) => hangUpMidway(response, headers));
    const { status, stderr, stdout } = await run(['--once', '--url', url]).finished;
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`can't be reached at ${url}: the connection was cut`);
    expect(stderr).not.toContain('    at ');
  });

  it('the server says no more in the middle of its answer', async () => {
    const url = await serve((_, response) => void response.write('quire_sessions{dialect="hocuspocus"} 1\n'));
    const { status, stderr } = await run(['--once', '--url', url]).finished;
    expect(status).toBe(1);
    expect(stderr).toContain(`can't be reached at ${url}: no answer within 5 s`);
    expect(stderr).not.toContain('    at ');
  });
});
