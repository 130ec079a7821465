import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_TEXT_LENGTH, parseSaid } from './said.ts';

test('a message is a text, by itself or beside what its sender calls it', () => {
  expect(parseSaid({ text: ' Hello ', ref: 'r-1' })).toEqual({ text: 'Hello', ref: 'r-1' });
  expect(parseSaid('Hello')).toEqual({ text: 'Hello', ref: null });
  expect(parseSaid({ text: 'Hello', ref: 'two words' })).toEqual({ text: 'Hello', ref: null });
});

test('[G4] whatever else is sent under its name is none, or is as long as one may be', () => {
  for (const odd of [null, 7, {}, { text: ' ' }, { text: {} }, []]) expect(parseSaid(odd)).toBeNull();
  expect(parseSaid('x'.repeat(20_000))?.text).toHaveLength(MAX_TEXT_LENGTH);
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      const said = parseSaid(anything);
      if (said !== null) expect(said.text).not.toBe('');
    }),
  );
});
