import { FrameError } from '@quire/protocol';
import { expect, it } from 'vitest';
import { decodeTold, encodeTold, type ToldPerson } from './presence-told.ts';

const person = (clientId: number, state: string): ToldPerson => {
  return { kind: 'here', clientId, clock: 7, state, user: 'ada', mayEdit: true, editedMsAgo: null };
};

it('what nodes tell each other of people is read as it was written', () => {
  const told = {
    counted: 12,
    people: [
      person(1, '{}'),
      { kind: 'left', clientId: 2, clock: 3 },
      { ...person(3, '{"at":1}'), editedMsAgo: 0, mayEdit: false },
    ],
  } as const;
  expect(decodeTold(encodeTold(told), 100)).toEqual(told);
});

it('[R10] a state that would throw in its readers, or is too large here, is left out, and nobody else with it', () => {
  const strange = ['', '{', 'null', '[]', '1', JSON.stringify({ at: 'x'.repeat(100) })];
  const people = [person(1, '{}'), ...strange.map((state, index) => person(10 + index, state)), person(2, '{}')];
  const told = decodeTold(encodeTold({ counted: 0, people }), 100);
  expect(told.people.map(({ clientId }) => clientId)).toEqual([1, 2]);
});

it('[G7] what a later release appends is passed over', () => {
  const told = { counted: 3, people: [person(1, '{}')] };
  expect(decodeTold(Uint8Array.of(...encodeTold(told), 1, 2), 100)).toEqual(told);
});

it('[G4] what is damaged is refused', () => {
  const bytes = encodeTold({ counted: 0, people: [person(1, '{}')] });
  for (let end = 0; end < bytes.length; end += 1)
    expect(() => decodeTold(bytes.slice(0, end), 100)).toThrow(FrameError);
});
