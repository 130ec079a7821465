import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServerProcess, startServer } from '@quire/testing';
import { checks } from '@quire/testing/conformance';
import { beforeAll, describe, test } from 'vitest';
import { readTable } from './read-published.ts';
import { mintToken, PAGE, QUIRE, subjects } from './subjects.ts';

const execute = promisify(execFile);
const SECRET = 'signs the tokens of this test and nothing else';
/** A document goes out of memory while nobody has it open for so long: the suite waits for longer. */
const UNLOAD_DELAY_MS = '500';
/** As a process that is none any more is called by `/proc`, in the midst of a read, and by `kill`. */
const GONE_CODES: readonly unknown[] = ['ENOENT', 'ESRCH'];
/** Other tests run on the same machine. */
const PATIENCE = '5';

interface Printed {
  readonly results: readonly { readonly id: string; readonly outcome: string }[];
  readonly documents: readonly string[];
}

let tokens: readonly string[];
beforeAll(() => {
  tokens = [
    ...['--token', mintToken('ada', 'editor', SECRET)],
    ...['--other-token', mintToken('eve', 'editor', SECRET)],
    ...['--reader-token', mintToken('rita', 'reader', SECRET)],
  ];
});

/** Ends whichever process has the data open: the suite has started one after the other, and leaves the last. */
async function endServer(server: ServerProcess): Promise<void> {
  await server.stop();
  const owner = join(server.data, 'owner.json');
  // One that was told to end takes it away; one that was killed does not, and its pid may be somebody else's by now.
  if (existsSync(owner)) await killOwner(JSON.parse(await readFile(owner, 'utf8')).pid, server.data);
  await rm(server.data, { recursive: true, maxRetries: 10 });
}

async function killOwner(pid: number, data: string): Promise<void> {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (command.split('\0').includes(data)) process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended meanwhile.
    if (!GONE_CODES.includes((error as NodeJS.ErrnoException).code)) throw error;
  }
}

/** As an operator calls it, who knows their server by what it writes into its data directory. */
async function runSuite(server: ServerProcess, path: string): Promise<Printed> {
  const owner = join(server.data, 'owner.json');
  const serve = `QUIRE_JWT_SECRETS='${SECRET}' QUIRE_LIMITS_UNLOAD_DELAY_MS=${UNLOAD_DELAY_MS} exec '${QUIRE}' serve`;
  const { stdout } = await execute(QUIRE, [
    'conformance',
    `${server.wsUrl}${path}`,
    ...tokens,
    ...['--kill-command', `kill -9 "$(sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p' '${owner}')"`],
    ...['--restart-command', `${serve} --host 127.0.0.1 --port ${server.port} --data '${server.data}'`],
    ...['--patience', PATIENCE, '--json'],
  ]);
  return JSON.parse(stdout) as Printed;
}

/** The second says nothing of its dialect: the suite has to ask. */
const paths = [
  { dialect: 'hocuspocus', path: '/collab', label: subjects.quire.label },
  { dialect: 'y-websocket', path: '/yjs/team', label: subjects['quire-yjs'].label },
] as const;

describe('quire conformance', () => {
  test.concurrent.for(paths)(
    'finds nothing wrong with Quire in the $dialect dialect, as published, and kills and restarts it by shell commands',
    { timeout: 180_000 },
    async ({ dialect, path, label }, { expect, onTestFinished }) => {
      const data = await mkdtemp(join(tmpdir(), 'quire-conformance-'));
      const env = { QUIRE_JWT_SECRETS: SECRET, QUIRE_LIMITS_UNLOAD_DELAY_MS: UNLOAD_DELAY_MS };
      const server = await startServer({ ownProcess: true, data, env });
      onTestFinished(() => endServer(server));
      const { results, documents } = await runSuite(server, path);
      const idsOf = (outcome: string): string[] => results.filter((one) => one.outcome === outcome).map(({ id }) => id);
      const elsewhere = checks.filter((check) => check.dialects?.includes(dialect) === false).map(({ id }) => id);
      expect(idsOf('failed')).toEqual([]);
      expect(idsOf('not-checked')).toEqual(elsewhere);
      expect(idsOf('passed')).toHaveLength(checks.length - elsewhere.length);
      const published = readTable(await readFile(PAGE, 'utf8')).get(label);
      expect(Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]))).toEqual(published);
      expect(documents.filter((name) => !name.startsWith('conformance-'))).toEqual([]);
    },
  );
});
