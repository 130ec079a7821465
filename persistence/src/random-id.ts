import { randomBytes } from 'node:crypto';

/** 16 hexadecimal digits: 64 random bits. */
export function randomHexId(): string {
  return randomBytes(8).toString('hex');
}
