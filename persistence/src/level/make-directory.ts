import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PersistenceError } from '../errors.ts';
import { errorCode } from './database.ts';

/** What keeps a directory from being made, in words. */
const faults: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EEXIST: 'a file is in its way',
  ENOENT: 'no directory can be made there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file is in its way',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
};

/**
 * Makes a directory and those on the way to it.
 *
 * @throws {PersistenceError} `OPEN_FAILED`
 */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await makeWithParents(directory);
  } catch (cause) {
    const fault = faults[errorCode(cause) ?? ''] ?? 'the system refuses it';
    throw new PersistenceError('OPEN_FAILED', `The directory ${directory} can not be made: ${fault}`, { cause });
  }
}

/**
 * Each at most twice. Node's own `recursive` takes a parent that is there, and takes no directories, for one that is
 * missing, and goes on for minutes: so does everything below `/proc`.
 */
async function makeWithParents(directory: string): Promise<void> {
  try {
    await mkdir(directory);
    return;
  } catch (error) {
    if (await isDirectory(directory)) return;
    const parent = dirname(directory);
    if (errorCode(error) !== 'ENOENT' || parent === directory) throw error;
    await makeWithParents(parent);
  }
  try {
    await mkdir(directory);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(await isDirectory(directory))) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Not there or not to be seen: what `mkdir` said of it counts.
    return false;
  }
}
