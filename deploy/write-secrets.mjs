import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** 256 bits, in letters that mean nothing in an address, a shell or a configuration file. */
const draw = () => randomBytes(32).toString('base64url');

/**
 * Draws the secrets of docker-compose.yml, once: what is there stays. Each service gets a directory with what it needs to
 * know and nothing else.
 *
 * @param {string} directory
 * @returns {boolean} whether any were drawn
 */
export function writeSecrets(directory) {
  const done = join(directory, 'quire', 'quire.json');
  if (existsSync(done)) return false;
  const [redisPassword, metricsToken, grafanaPassword] = [draw(), draw(), draw()];
  write(join(directory, 'redis', 'password.conf'), `requirepass ${redisPassword}\n`);
  write(join(directory, 'prometheus', 'metrics-token'), metricsToken);
  write(join(directory, 'grafana', 'password'), grafanaPassword);
  // The last one, so that a start that was cut short begins anew.
  const settings = {
    redis: `redis://:${redisPassword}@redis:6379`,
    cluster: { secret: draw() },
    jwt: { secrets: [draw()] },
    metricsToken,
  };
  write(done, `${JSON.stringify(settings, null, 2)}\n`);
  return true;
}

/**
 * Each directory is a volume that one kind of service reads, as a user of its own.
 *
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o444 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) {
    console.error('Say where the secrets are to be written: node deploy/write-secrets.mjs DIRECTORY');
    process.exitCode = 2;
  } else console.log(writeSecrets(directory) ? 'The secrets were drawn.' : 'The secrets are there.');
}
