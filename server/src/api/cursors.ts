import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ApiError } from '../problems.ts';
import { CURSOR_KEY_BYTES, type CursorKeys } from './cursor-keys.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Cursors as the API gives them out. */
export interface Cursors {
  seal(cursor: string): string;
  /** @throws {ApiError} `bad-request` for what none of its keys has sealed */
  open(sealed: string): string;
}

/**
 * Where a list goes on is the name of the last document that was looked at, and that may be one of which the asker is not
 * to know. So it is given out sealed.
 *
 * @param keys left out: one that lives as long as this object
 */
export function createCursors(keys: CursorKeys = [randomBytes(CURSOR_KEY_BYTES)]): Cursors {
  const [sealing] = keys;
  return {
    seal(cursor) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, sealing, iv);
      const sealed = Buffer.concat([cipher.update(cursor, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      const faults: unknown[] = [];
      for (const key of keys) {
        try {
          return unseal(bytes, key);
        } catch (error) {
          faults.push(error);
        }
      }
      throw new ApiError('bad-request', 'after: this is no place in the list, or not any more; begin anew', faults[0]);
    },
  };
}

/** @throws {Error} for what was sealed with another key, or not at all */
function unseal(bytes: Buffer, key: Buffer): string {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
