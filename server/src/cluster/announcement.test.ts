import { describe, expect, it } from 'vitest';
import {
  type Announcement,
  AnnouncementError,
  decodeAnnouncement,
  encodeAnnouncement,
  readSpeaker,
} from './announcement.ts';
import { MOST_FORGOTTEN } from './roll.ts';

const announcement: Announcement = {
  node: '00000000000000a1',
  incarnation: '00000000000000b1',
  generation: 3,
  counter: 17,
  address: 'http://10.0.0.1:1234',
  release: '0.1.0',
  records: { min: 1, max: 1 },
  state: 'ready',
  roll: { members: new Set(['00000000000000a1', '00000000000000a2']), forgotten: new Set(['00000000000000a3']) },
  holdings: new Map([
    [
      '00000000000000b1',
      [
        { first: 1, last: 4 },
        { first: 6, last: 6 },
      ],
    ],
  ]),
  digest: 'abcd',
  refused: new Map([['00000000000000b2', [{ first: 7, last: 7 }]]]),
};

function changed(change: (json: Record<string, unknown>) => void): Uint8Array {
  const json = JSON.parse(Buffer.from(encodeAnnouncement(announcement)).toString());
  change(json);
  return Buffer.from(JSON.stringify(json));
}

describe('an announcement', () => {
  it('[R12] gives back what was put in', () => {
    expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement);
  });

  it('of a later release is read, as long as that says that it can be', () => {
    const later = changed((json) => {
      json.version = 7;
      json.state = 'resting';
      json.colour = 'blue';
    });
    expect(decodeAnnouncement(later)).toEqual({ ...announcement, state: 'catching-up' });
    expect(() => decodeAnnouncement(changed((json) => (json.readableBy = 2)))).toThrow(/update this node/);
  });

  it('[R12] of any version says whose it is', () => {
    const later = changed((json) => {
      json.readableBy = 2;
      json.holdings = 'otherwise';
      json.colour = 'blue';
    });
    const { node, generation, address, release } = announcement;
    expect(readSpeaker(later)).toEqual({ node, generation, address, release });
    for (const bytes of [Buffer.from('{'), Buffer.from('null'), changed((json) => (json.node = 'a'))]) {
      expect(readSpeaker(bytes)).toBeNull();
    }
  });

  it('[G4] that is malformed, in disorder or too large is refused', () => {
    const disordered = {
      '00000000000000b1': [
        [5, 6],
        [1, 2],
      ],
    };
    for (const bytes of [
      Buffer.from('{'),
      Buffer.from('null'),
      changed((json) => (json.node = 'a')),
      changed((json) => (json.holdings = disordered)),
      changed((json) => (json.holdings = { constructor: [] })),
      new Uint8Array(2 * 1024 * 1024),
    ]) {
      expect(() => decodeAnnouncement(bytes)).toThrow(AnnouncementError);
    }
  });

  it('[R12] of an incarnation with very many gaps has all of them, or is not made: nothing of it is cut', () => {
    const gappy = (count: number) =>
      new Map([
        ['00000000000000b1', Array.from({ length: count }, (_, at) => ({ first: at * 2 + 1, last: at * 2 + 1 }))],
      ]);
    const said = { ...announcement, holdings: gappy(1_000) };
    expect(decodeAnnouncement(encodeAnnouncement(said))).toEqual(said);
    expect(() => encodeAnnouncement({ ...announcement, holdings: gappy(100_000) })).toThrow(AnnouncementError);
  });

  it('[R12] of a cluster that has forgotten very many nodes can be read', () => {
    const forgotten = new Set(Array.from({ length: MOST_FORGOTTEN }, (_, at) => at.toString(16).padStart(16, '0')));
    const said = { ...announcement, roll: { ...announcement.roll, forgotten } };
    expect(decodeAnnouncement(encodeAnnouncement(said))).toEqual(said);
  });

  it('of an earlier release, which says nothing of what it can not store, is read', () => {
    expect(decodeAnnouncement(changed((json) => delete json.refused)).refused).toEqual(new Map());
  });
});
