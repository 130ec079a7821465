import { FIRST_EPOCH, type LoadedDocument } from '@quire/persistence';
import { expect, it } from 'vitest';
import { EarlyAnswers } from './early-answers.ts';
import { nameEpoch } from './former-lives.ts';

/** Large enough for an answer. */
const loaded: LoadedDocument = {
  epoch: FIRST_EPOCH,
  state: 'live',
  snapshot: new Uint8Array(64 * 1024),
  entries: [],
  tombstone: null,
};

it('a listener that throws is rid of like any other, and keeps nobody else from hearing', async () => {
  const answers = new EarlyAnswers();
  const heard: string[] = [];
  const fail = (): never => {
    heard.push('it');
    throw new Error('its socket is gone');
  };
  const ends = [answers.listen('plan', fail), answers.listen('plan', ({ epoch }) => heard.push(epoch))];
  answers.announce('plan', loaded);
  await new Promise((resolve) => setImmediate(resolve));
  ends.push(
    answers.listen('plan', fail),
    answers.listen('plan', ({ epoch }) => heard.push(epoch)),
  );
  const epoch = nameEpoch(FIRST_EPOCH);
  expect(heard).toEqual(['it', epoch, 'it', epoch]);
  for (const end of ends) end();
  answers.listen('plan', () => heard.push('of the load before'));
  expect(heard).toHaveLength(4);
});
