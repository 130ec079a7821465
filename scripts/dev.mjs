// `npm run dev`: the server, started again whenever its sources change, and Vite with hot reload in front of it.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', '.bin', 'node');
const port = process.env.QUIRE_PORT ?? '8080';
const serverUrl = `http://127.0.0.1:${port}`;
const WATCHED = ['server/src', 'protocol/src', 'persistence/src'];

const server = spawn(
  node,
  [
    ...WATCHED.map((path) => `--watch-path=${join(root, path)}`),
    '--watch-preserve-output',
    join(root, 'server', 'src', 'cli.ts'),
    'serve',
    ...['--port', port],
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
const vite = spawn(node, [join(root, 'node_modules', 'vite', 'bin', 'vite.js')], {
  cwd: join(root, 'client', 'app'),
  env: { ...process.env, QUIRE_DEV_SERVER: serverUrl },
  stdio: ['ignore', 'inherit', 'inherit'],
});
console.log(`dev: server at ${serverUrl}, restarted on changes in ${WATCHED.join(', ')}`);
console.log('dev: the app with hot reload at the address that Vite prints; Ctrl-C ends both');

const children = [server, vite];
const endAll = () => {
  for (const child of children) child.kill('SIGTERM');
};
process.on('SIGINT', endAll).on('SIGTERM', endAll);
for (const child of children) {
  child.once('error', (error) => console.error(`dev: ${error.message}`));
  // One without the other is no development set-up: whichever ends takes the other along.
  child.once('exit', endAll);
}
