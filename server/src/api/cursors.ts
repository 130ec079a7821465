import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ApiError } from '../problems.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Cursors as the API gives them out. */
export interface Cursors {
  seal(cursor: string): string;
  /** @throws {ApiError} `bad-request` for what is none of this process */
  open(sealed: string): string;
}

/**
 * Where a list goes on is the name of the last document that was looked at, and that may be one of which the asker is not
 * to know. So it is given out sealed, with a key that lives as long as the process: after a restart a list begins anew.
 */
export function createCursors(): Cursors {
  const key = randomBytes(32);
  return {
    seal(cursor) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv);
      const sealed = Buffer.concat([cipher.update(cursor, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES));
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw new ApiError('bad-request', 'after: this is no place in the list, or not any more; begin anew', error);
      }
    },
  };
}
