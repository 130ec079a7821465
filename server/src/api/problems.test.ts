import { PersistenceError } from '@quire/persistence';
import { closeCodes } from '@quire/protocol';
import { expect, it } from 'vitest';
import { Refusal } from '../collab/refusal.ts';
import { ApiError, problemKinds } from '../problems.ts';
import { mayPass, respondProblem, toApiError } from './problems.ts';

const statusOf = (error: unknown): number => problemKinds[toApiError(error).code].status;

it('an edit that crossed a deletion may be tried again; a load that failed says why', () => {
  expect(toApiError(new Refusal(closeCodes.loadFailed)).code).toBe('load-failed');
  expect(statusOf(new Refusal(closeCodes.loadFailed))).toBe(503);
  const damage = new PersistenceError('CORRUPT_RECORD', 'A record is damaged', { document: 'plan' });
  expect(toApiError(new Refusal(closeCodes.loadFailed, { cause: damage })).code).toBe('document-damaged');
  expect(statusOf(new Refusal(closeCodes.loadFailed, { cause: new Error('a bug') }))).toBe(500);
});

it('says when to try again: what the error knows, or else what its kind has', () => {
  const retryOf = (error: ApiError): string | null => respondProblem(error).headers.get('retry-after');
  expect(retryOf(new ApiError('too-many-anchors', 'too fast', undefined, 60))).toBe('60');
  expect(retryOf(new ApiError('overloaded', 'too much'))).toBe('1');
  expect(retryOf(new ApiError('forbidden', 'no'))).toBeNull();
});

it.each([
  ['a disk that refuses writes', new Refusal(closeCodes.storageRefused), true],
  ['a disk that failed to read', new PersistenceError('READ_FAILED', 'no'), true],
  ['a load that crossed a deletion', new Refusal(closeCodes.loadFailed), true],
  ['too much that waits', new ApiError('overloaded', 'too much'), true],
  ['a damaged record', new PersistenceError('CORRUPT_RECORD', 'no'), false],
  ['a document that is too large', new Refusal(closeCodes.documentTooLarge), false],
  ['a mistake of ours', new TypeError('a mistake'), false],
])('knows whether it passes by itself: %s', (_what, error, expected) => {
  expect(mayPass(error)).toBe(expected);
});
