import { type ClientFrame, closeCodes } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { EndedAddresses } from './ended-addresses.ts';

const token = (text = ''): ClientFrame => ({ kind: 'token', token: text, providerVersion: null });
const stepOne: ClientFrame = { kind: 'step-1', stateVector: new Uint8Array([0]) };
const update: ClientFrame = { kind: 'update', update: new Uint8Array([0, 0]) };

describe('an address whose connection was ended', () => {
  it('is not heard until it sends a token', () => {
    const ended = new EndedAddresses();
    ended.note('plan', closeCodes.unauthorized);
    expect([ended.hear('plan', update), ended.hear('plan', stepOne)]).toEqual([[], []]);
    expect(ended.hear('plan', token())).toEqual([token()]);
    expect(ended.hear('plan', update)).toEqual([update]);
    expect(ended.hear('other', update)).toEqual([update]);
  });

  it.each([closeCodes.documentDeleted, closeCodes.staleEpoch])(
    '[R14] because of $name is not heard until it begins a handshake as well: a fresh token alone opens no next life',
    (code) => {
      const ended = new EndedAddresses();
      ended.note('plan', code);
      expect(ended.hear('plan', stepOne)).toEqual([]);
      for (const text of ['first', 'second']) expect(ended.hear('plan', token(text))).toEqual([]);
      expect(ended.hear('plan', update)).toEqual([]);
      expect(ended.hear('plan', stepOne)).toEqual([token('second'), stepOne]);
      expect([ended.hear('plan', update), ended.size]).toEqual([[update], 0]);
    },
  );

  it('is forgotten when its client closes the document: it says nothing more', () => {
    const ended = new EndedAddresses();
    ended.note('plan', closeCodes.documentDeleted);
    expect(ended.hear('plan', token('waits'))).toEqual([]);
    expect([ended.hear('plan', { kind: 'close' }), ended.size]).toEqual([[], 0]);
    expect(ended.hear('plan', token())).toEqual([token()]);
  });

  it('[G4] is one of so many and no more: those go of whom nothing was heard for longest', () => {
    const ended = new EndedAddresses();
    for (let index = 0; index < 1_000; index += 1) ended.note(`plan/${index}`, closeCodes.forbidden);
    expect(ended.hear('plan/0', update)).toEqual([]);
    for (let index = 1_000; index < 1_500; index += 1) ended.note(`plan/${index}`, closeCodes.forbidden);
    expect(ended.size).toBe(1_000);
    expect([ended.hear('plan/0', update), ended.hear('plan/499', update)]).toEqual([[], [update]]);
  });

  it('[G4] keeps no more of tokens that wait than one may be long, over all addresses', () => {
    const ended = new EndedAddresses();
    for (const address of ['a', 'b', 'c']) ended.note(address, closeCodes.documentDeleted);
    const long = token('x'.repeat(40_000));
    expect([ended.hear('a', long), ended.hear('a', long), ended.hear('b', long)]).toEqual([[], [], [long]]);
    ended.note('a', closeCodes.documentDeleted);
    expect(ended.hear('c', long)).toEqual([]);
  });
});
