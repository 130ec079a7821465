import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../testing/small-server/faults.ts';
import { startSmallServer } from '../testing/small-server/small-server.ts';
import { runConformance } from './index.ts';

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(...args: readonly string[]): Promise<Ended> {
  const printed = { out: '', err: '' };
  const status = await runConformance(args, {
    out: (text) => {
      printed.out += `${text}\n`;
    },
    err: (text) => {
      printed.err += `${text}\n`;
    },
  });
  return { status, ...printed };
}

async function start(fault: Fault | null = null): Promise<URL> {
  const server = await startSmallServer(fault);
  onTestFinished(() => server.stop());
  return new URL(server.url);
}

async function startSilent(): Promise<string> {
  const taken: Socket[] = [];
  const listener = createServer((socket) => {
    taken.push(socket);
    socket.on('error', () => {}); // followed by `close`
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    listener.close();
    for (const socket of taken) socket.destroy();
  });
  return `ws://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}

describe('quire conformance', () => {
  test('says of each check how it ended, what it made, and what it all comes to', async () => {
    const url = await start();
    const { status, out } = await run(url.href, '--only', 'two-people,receipts,shown-is-durable');
    expect(status).toBe(0);
    expect(out).toContain(`Checking ${url.href} in the hocuspocus dialect.`);
    expect(out).toMatch(/^passed {7}G2 {2}two-people .*\(\d+ ms\)$/m);
    expect(out).toMatch(/^not checked {2}G1 {2}shown-is-durable .*: it takes --kill-command and --restart-command$/m);
    expect(out).toMatch(/^2 documents were made:\n {2}conformance-[0-9a-f]{8}-two-people\n/m);
    expect(out).toMatch(/^2 passed, 0 failed, 1 not checked in [\d.]+ s$/m);
  });

  test('ends with 1 when something failed, and says what was sent, expected and came', async () => {
    const url = await start('receipts nothing');
    const { status, out } = await run(url.href, '--only', 'receipts', '--patience', '0.1');
    expect(status).toBe(1);
    expect(out.replaceAll(/^ +/gm, '')).toContain(
      ['sent      edit 1 of 5', 'expected  its receipt (SyncStatus 1)', 'came      none'].join('\n'),
    );
  });

  test('ends, though a server takes connections and answers nothing, and prints no token, however it is written', async () => {
    const token = "it's (a secret)~!*";
    const url = await startSilent();
    const options = ['--dialect', 'y-websocket', '--token', token, '--only', 'two-people,late-joiner'];
    const { status, out } = await run(url, ...options, '--patience', '0.1');
    expect(status).toBe(1);
    expect(out).toMatch(/sent {6}a request for a WebSocket at ws:\S+-two-people$/m);
    expect(out).toContain('came      Opening handshake has timed out; and it lets nobody in any more');
    expect(out).toContain('the server is gone since the check before');
    expect(out).not.toContain('secret');
    expect(await run(url, '--patience', '0.05')).toMatchObject({
      status: 2,
      err: expect.stringContaining('answers in either dialect'),
    });
  });

  test('finds out by itself which dialect is spoken where the address does not tell', async () => {
    const url = await start();
    url.pathname = '/';
    const { out } = await run(url.href, '--only', 'two-people', '--prefix', 'ours/');
    expect(out).toMatch(/^Asked about ours\/[0-9a-f]{8}-guess, it answers in the hocuspocus dialect\.$/m);
  });

  test('prints JSON and nothing else where that is asked for, and its progress beside it', async () => {
    const url = await start();
    const { out, err } = await run(url.href, '--only', 'G1', '--json');
    const report = JSON.parse(out);
    expect(report).toMatchObject({ url: url.href, dialect: 'hocuspocus', counts: { passed: 2, failed: 0 } });
    expect(report.results[0]).toMatchObject({ id: 'receipts', guarantee: 'G1', outcome: 'passed' });
    expect(err).toContain('passed       G1  receipts');
  });

  test.each([
    ['no address', [], 'one address is needed'],
    ['an address of something else', ['http://localhost'], 'ws://'],
    ['a dialect that there is not', ['ws://localhost', '--dialect', 'morse'], 'hocuspocus or y-websocket'],
    ['a check that there is not', ['ws://localhost', '--only', 'two-peoples'], 'two-peoples'],
    ['half an operator', ['ws://localhost', '--kill-command', 'true'], '--restart-command'],
    ['no patience', ['ws://localhost', '--patience', '0'], '--patience'],
    ['an option that there is not', ['ws://localhost', '--fast'], '--fast'],
  ])('ends with 2 for %s, and says what it should have been', async (_, args, words) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });

  test('ends with 2 when the server can not be killed as was said', async () => {
    const url = await start();
    const commands = ['--kill-command', 'echo no such unit >&2; exit 5', '--restart-command', 'true'];
    const { status, out, err } = await run(url.href, '--only', 'two-people,shown-is-durable', ...commands);
    expect(status).toBe(2);
    expect(out).toMatch(
      /^2 documents were made:\n {2}conformance-.*-two-people\n {2}conformance-.*-shown-is-durable\n1 passed, 0 failed/m,
    );
    expect(err).toContain('ended with status 5:\nno such unit');
  });
});
