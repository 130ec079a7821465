import { expect, test } from 'vitest';
import { type PassedMessage, WebSocketReader } from './websocket-reader.ts';

const OPENING = 'GET /yjs/plan HTTP/1.1\r\nUpgrade: websocket\r\n\r\n';
const [CONTINUATION, TEXT, BINARY, CLOSE, PING] = [0, 1, 2, 8, 9];

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly isLast?: boolean;
  readonly isCompressed?: boolean;
  readonly mask?: Buffer;
}

function write({ opcode, payload, isLast = true, isCompressed = false, mask }: Frame): Buffer {
  const first = (isLast ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode;
  const maskBit = mask === undefined ? 0 : 0x80;
  const length =
    payload.length < 126
      ? Buffer.of(maskBit | payload.length)
      : Buffer.from([maskBit | 126, payload.length >> 8, payload.length & 0xff]);
  const masked = mask === undefined ? payload : payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.of(first), length, mask ?? Buffer.alloc(0), masked]);
}

/** Everything that is read of what is written, in pieces of some size. */
function readAll(
  written: Buffer,
  pieceBytes: number,
  isWebSocket = true,
): { heads: string[]; messages: PassedMessage[] } {
  const heads: string[] = [];
  const messages: PassedMessage[] = [];
  const reader = new WebSocketReader({
    onMessage: (message) => messages.push(message),
    onHead(head) {
      heads.push(head);
      return isWebSocket;
    },
  });
  for (let at = 0; at < written.length; at += pieceBytes) reader.read(written.subarray(at, at + pieceBytes));
  return { heads, messages };
}

const mask = Buffer.from([1, 2, 3, 250]);
const closing = Buffer.concat([Buffer.from([0x11, 0x94]), Buffer.from('go')]);
const conversation = Buffer.concat([
  Buffer.from(OPENING),
  write({ opcode: BINARY, payload: Buffer.from('whole'), mask }),
  write({ opcode: TEXT, payload: Buffer.from('in '), isLast: false, mask }),
  write({ opcode: PING, payload: Buffer.from('are you there'), mask }),
  write({ opcode: CONTINUATION, payload: Buffer.from('parts'), mask }),
  write({ opcode: BINARY, payload: Buffer.alloc(0) }),
  write({ opcode: BINARY, payload: Buffer.alloc(40_000, 7) }),
  write({ opcode: BINARY, payload: Buffer.from('??'), isCompressed: true }),
  write({ opcode: CLOSE, payload: closing, mask }),
]);

test.each([1, 3, 7, 1000, 1_000_000])(
  'messages are read the same in pieces of %i bytes, masked or not',
  (pieceBytes) => {
    const { heads, messages } = readAll(conversation, pieceBytes);
    expect(heads).toEqual([OPENING.slice(0, -4)]);
    const shown = messages.map((message) =>
      message.kind === 'data' && message.bytes < 100 ? Buffer.from(message.beginning).toString() : message.kind,
    );
    expect(shown).toEqual(['whole', 'in parts', '', 'data', 'compressed', 'close']);
    expect(messages.at(-1)).toEqual({ kind: 'close', code: 4500, reason: 'go' });
  },
);

test('of a large message only the beginning is kept, and its length is known', () => {
  const large = readAll(conversation, 1000).messages[3];
  if (large?.kind !== 'data') throw new Error('the fourth message is data');
  expect([large.bytes, large.beginning.length]).toEqual([40_000, 1024]);
});

test('what is no WebSocket goes by unread', () => {
  expect(readAll(conversation, 9, false)).toEqual({ heads: [OPENING.slice(0, -4)], messages: [] });
  expect(readAll(Buffer.alloc(200_000, 'x'), 4096)).toEqual({ heads: [], messages: [] });
});
