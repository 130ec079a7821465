// `npm run dev`: the server, started again whenever its sources change, and Vite with hot reload in front of it.
//   QUIRE_PORT      where the server listens (8080)
//   QUIRE_DEV_PORT  where Vite serves the app; left out, the first free port from 5173 on
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', '.bin', 'node');
// The server is told its host: Vite passes requests on to this address, wherever QUIRE_HOST would have it listen.
const host = '127.0.0.1';
const port = process.env.QUIRE_PORT || '8080';
const devPort = process.env.QUIRE_DEV_PORT || null;
const serverUrl = `http://${host}:${port}`;
const WATCHED = ['server/src', 'protocol/src', 'persistence/src'];

/** @type {Map<string, import('node:child_process').ChildProcess>} */
const running = new Map();
let isEnding = false;

if (port === '0') {
  fail('QUIRE_PORT is 0: choose a fixed port, since Vite must know where to pass requests on to');
} else {
  start('the server', [
    ...WATCHED.map((path) => `--watch-path=${join(root, path)}`),
    '--watch-preserve-output',
    join(root, 'server', 'src', 'cli.ts'),
    ...['serve', '--host', host, '--port', port],
  ]);
  start(
    'Vite',
    [
      join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
      ...(devPort === null ? [] : ['--port', devPort, '--strictPort']),
    ],
    join(root, 'client', 'app'),
  );
  process.on('SIGINT', endAll).on('SIGTERM', endAll);
  console.log(`dev: server at ${serverUrl}, restarted on changes in ${WATCHED.join(', ')}`);
  console.log('dev: the app with hot reload at the address that Vite prints; Ctrl-C ends both');
}

/**
 * @param {string} name
 * @param {string[]} args
 * @param {string} [cwd]
 */
function start(name, args, cwd = root) {
  const env = { ...process.env, QUIRE_DEV_SERVER: serverUrl };
  const child = spawn(node, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  // Who could not be started never exits, and has no pid: Node would signal any number that lies in its memory, and with
  // a 0 the whole process group, whoever started us included.
  if (child.pid !== undefined) running.set(name, child);
  child.once('error', (error) => {
    fail(`${name} can't be started: ${error.message}\n  cure: node scripts/setup.mjs deps, which installs ${node}`);
  });
  // One without the other is no development set-up: whichever ends takes the other along.
  child.once('exit', (code, signal) => {
    running.delete(name);
    if (!isEnding && code !== 0) fail(`${name} ended with ${signal ?? `status ${code}`}`);
    endAll();
  });
}

/** @param {string} words */
function fail(words) {
  console.error(`dev: ${words}`);
  process.exitCode = 1;
  endAll();
}

function endAll() {
  isEnding = true;
  for (const child of running.values()) child.kill('SIGTERM');
}
