import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type HaproxyProcess, makeCertificate, startHaproxy, startServer, type TestServer } from '@quire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSnippets } from '../../scripts/snippets/read-snippets.ts';

const root = dirname(dirname(import.meta.dirname));
const PAGE = 'docs/operating.md';

let folder: string;
let certificate: string;
let server: TestServer;
let proxy: HaproxyProcess;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quire-haproxy-docs-'));
  const [files, started] = await Promise.all([makeCertificate(folder), startServer()]);
  server = started;
  certificate = files.certificate;
  // HAProxy takes both from one file.
  const both = join(folder, 'site.pem');
  await writeFile(both, (await Promise.all([files.certificate, files.key].map((file) => readFile(file)))).join('\n'));
  const configuration = join(folder, 'haproxy.cfg');
  await writeFile(configuration, readConfiguration(both));
  proxy = await startHaproxy({ configuration });
  address = proxy.url.replace('http://127.0.0.1', 'localhost');
});

afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** As it is written there, at a port of the test, with its certificate and in front of its server. */
function readConfiguration(certificate: string): string {
  const block = readSnippets(root).find(({ page, language }) => page === PAGE && language === 'haproxy');
  return [
    [':443', '"$QUIRE_BIND"'],
    ['/etc/haproxy/site.pem', certificate],
    ['127.0.0.1:8080', `127.0.0.1:${server.port}`],
  ].reduce((text, [written = '', ours = '']) => {
    expect(text).toContain(written);
    return text.replace(written, () => ours);
  }, block?.code ?? '');
}

test('HAProxy takes the lines of docs/operating.md without a word of warning', () => {
  expect(proxy.log).toBe('');
});

test('behind them the client edits by WebSocket, and over plain HTTP', async () => {
  const program = `
    import { connect } from '@quire/client';
    for (const transport of ['auto', 'http']) {
      const client = connect({ url: 'wss://${address}', transport });
      const room = client.open('team/plan');
      await room.whenLoaded();
      room.doc.getText('body').insert(0, 'Hello');
      await room.whenSaved();
      console.log(room.status.get().transport, room.doc.getText('body').toString());
      client.close();
    }`;
  // By a process that trusts the certificate from its beginning.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env,
  });
  expect(stdout.trim().split('\n')).toEqual(['websocket Hello', 'http HelloHello']);
});

test('they speak HTTP/2 to browsers', async () => {
  const session = connectHttp2(`https://${address}`, { ca: await readFile(certificate) });
  try {
    const request = session.request({ ':path': '/readyz' });
    const [headers] = await once(request, 'response');
    request.resume();
    expect(headers[':status']).toBe(200);
  } finally {
    session.close();
  }
});
