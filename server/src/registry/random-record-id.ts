import { randomBytes } from 'node:crypto';

const ID_BYTES = 12;

/** The id of a record, which is used for nothing else, on this node or another. */
export function randomRecordId(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}
