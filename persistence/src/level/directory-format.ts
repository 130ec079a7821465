import { PersistenceError } from '../errors.ts';
import type { Level } from './database.ts';
import { decodeNumber, encodeNumber } from './document-records.ts';
import { FORMAT_KEY } from './keys.ts';

/** The layout of the whole directory. Raise it when keys change, or when an old reader would misread what is there. */
export const DIRECTORY_FORMAT = 1;

/** Checks that the directory is a journal that this code can read; an empty one becomes one. */
export async function claimFormat(db: Level, directory: string): Promise<void> {
  const record = await db.get(FORMAT_KEY);
  if (record === undefined) {
    const [stranger] = await db.keys({ limit: 1 }).all();
    if (stranger !== undefined) {
      throw new PersistenceError('OPEN_FAILED', `${directory} holds a LevelDB that is no journal of this package`);
    }
    await writeFormat(db, directory);
    return;
  }
  const format = decodeNumber({ key: FORMAT_KEY }, record);
  if (format > DIRECTORY_FORMAT) {
    throw new PersistenceError(
      'NEWER_FORMAT',
      `${directory} has format ${format}, and this version knows formats up to ${DIRECTORY_FORMAT}`,
    );
  }
}

async function writeFormat(db: Level, directory: string): Promise<void> {
  const value = encodeNumber(FORMAT_KEY, DIRECTORY_FORMAT);
  try {
    await db.batch([{ type: 'put', key: FORMAT_KEY, value }], { sync: true } as object);
  } catch (cause) {
    throw new PersistenceError('OPEN_FAILED', `The journal in ${directory} can not be written`, { cause });
  }
}
