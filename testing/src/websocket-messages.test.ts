import { expect, test } from 'vitest';
import { serverMessagesIn } from './websocket-messages.ts';

const LENGTHS = [0, 1, 125, 126, 65_535, 65_536];

function header(length: number): Buffer {
  if (length < 126) return Buffer.from([0x82, length]);
  if (length < 65_536) return Buffer.from([0x82, 126, length >> 8, length & 0xff]);
  const buffer = Buffer.alloc(10);
  buffer.set([0x82, 127]);
  buffer.writeBigUInt64BE(BigInt(length), 2);
  return buffer;
}

const written = Buffer.concat(LENGTHS.flatMap((length) => [header(length), Buffer.alloc(length, 7)]));

test('finds the messages in what a server wrote, however long they are', () => {
  const messages = [...serverMessagesIn(written)];
  expect(messages.map(({ content }) => content.length)).toEqual(LENGTHS);
  expect(messages.every(({ head, content }) => head === 0x82 && content.every((byte) => byte === 7))).toBe(true);
});

test('leaves out what is not there yet', () => {
  for (const missing of [1, 65_536, 65_540, 65_546]) {
    expect([...serverMessagesIn(written.subarray(0, -missing))]).toHaveLength(LENGTHS.length - 1);
  }
});
