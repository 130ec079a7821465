import { afterEach, describe, expect, it } from 'vitest';
import { setRoomsStage, UNREADABLE } from '../../testing/rooms-stage.ts';
import { toBytes as bytes } from '../../testing/text-bytes.ts';
import { MISREAD_AGAIN_MS } from './room.ts';
import { encodeRoomMessage, type Said } from './room-message.ts';

const { stage, end } = setRoomsStage();
afterEach(end);

describe('rooms that hear what they can not read', () => {
  it('[G7] what only a later release says is passed over and counted, and nothing seems to be missed for it', async () => {
    const { join, post, settle, start, turn, underway } = stage();
    const node = start();
    const { sheet } = await join(node, 'plan', 'ada');
    await settle();
    const from = 'ffffffffffffffff';
    const [listening] = post.listening;
    const say = (number: number, said: Said): Uint8Array => encodeRoomMessage({ from, life: 1, number, said });
    const later = say(2, { kind: 'pulse' });
    later[1] = 99;
    listening?.hear(say(1, { kind: 'here', answers: [], presence: bytes('eve'), eventsHead: '' }));
    await settle();
    sheet.take();
    listening?.hear(later);
    listening?.hear(Uint8Array.of(...say(3, { kind: 'change', presence: bytes('eve moves') }), 1, 2, 3));
    await turn();
    expect(sheet.take()).toEqual(['f changes eve moves']);
    expect(underway()).toEqual([]);
    expect(node.counted.strange).toEqual(['unknown-kind']);
    expect(node.log).toEqual([]);
  });

  it('[G7] of whom nobody can read who is there by it nobody is shown, it is asked at once, and then now and again', async () => {
    const { clock, join, settle, start } = stage();
    const node = start();
    const { sheet } = await join(node);
    const ben = await join(start(), 'plan', 'ben');
    await settle();
    sheet.take();
    ben.link.tell(bytes(UNREADABLE));
    await settle();
    expect(sheet.take()).toEqual(['2 is ben']);
    ben.sheet.people = UNREADABLE;
    ben.sheet.eventsHead = 'b.7';
    const before = node.counted.sent;
    ben.link.tell(bytes(UNREADABLE));
    await settle();
    expect(sheet.take()).toEqual(['2 leaves', 'counted events until b.7']);
    const question = node.counted.sent - before;
    for (let move = 0; move < 100; move += 1) ben.link.tell(bytes(UNREADABLE));
    await settle();
    expect(node.counted.sent - before).toBe(question);
    expect(node.log.map(({ msg }) => msg)).toEqual(['who is there by another node can not be read']);
    expect(node.counted.strange.every((fault) => fault === 'presence')).toBe(true);
    ben.sheet.people = 'ben';
    clock.advance(MISREAD_AGAIN_MS);
    await settle();
    expect(sheet.take()).toContain('2 is ben');
    ben.link.tell(bytes('ben moves'));
    await settle();
    expect(sheet.take()).toEqual(['2 changes ben moves']);
  });

  it('what is damaged or of another version is dropped, and complained of once a minute', async () => {
    const { clock, join, post, settle, start } = stage();
    const node = start();
    const { sheet } = await join(node);
    await settle();
    const said = {
      from: 'ffffffffffffffff',
      life: 1,
      number: 1,
      said: { kind: 'change', presence: bytes('eve') },
    } as const;
    const message = encodeRoomMessage(said);
    const [listening] = post.listening;
    const strange = [
      new Uint8Array(0),
      message.slice(0, -1),
      Uint8Array.of(9, ...message.slice(1)),
      Uint8Array.of(1, 99),
    ];
    for (const each of strange) listening?.hear(each);
    expect(sheet.take()).toEqual([]);
    expect(node.log.map(({ msg }) => msg)).toEqual(['what another node said is not understood']);
    clock.advance(60_000);
    listening?.hear(Uint8Array.of(9));
    expect(node.log[1]).toMatchObject({ times: strange.length });
    expect(node.counted.strange).toEqual(Array(strange.length + 1).fill('damaged'));
    expect(listening !== undefined && post.listening.has(listening)).toBe(true);
  });
});
