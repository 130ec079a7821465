import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { PersistenceError } from '../errors.ts';

/** LevelDB's lock names nobody, so its holder leaves its card. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly address?: string;
}

export async function writeOwner(path: string, address: string | undefined, now: number): Promise<void> {
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date(now).toISOString(),
    ...(address === undefined ? {} : { address }),
  };
  // Renamed into place, so that a reader never sees half of it.
  await writeFile(`${path}.new`, `${JSON.stringify(owner)}\n`);
  await rename(`${path}.new`, path);
}

export async function removeOwner(path: string): Promise<void> {
  await rm(path, { force: true });
}

export async function lockedBy(path: string, directory: string, cause: unknown): Promise<PersistenceError> {
  return new PersistenceError('LOCKED', `${directory} is in use by ${describe(await readOwner(path))}`, { cause });
}

async function readOwner(path: string): Promise<Partial<Owner>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // Not written yet, or by somebody else's hand: the holder stays unknown, the lock stays a fact.
    return {};
  }
}

function describe({ address, host, pid, startedAt }: Partial<Owner>): string {
  if (pid === undefined) return 'another process, which has not said who it is';
  const where = address === undefined ? '' : `, at ${address}`;
  return `process ${pid} on ${host}, since ${startedAt}${where}`;
}
