import { type CloseCode, closeCodes } from '@quire/protocol';

/** Bytes that are no WebSocket: what RFC 6455 forbids a client to send. */
export interface FramingOffence {
  readonly name: string;
  readonly code: CloseCode;
  readonly bytes: Uint8Array;
}

const [CONTINUATION, TEXT, BINARY, CLOSE, PING] = [0x0, 0x1, 0x2, 0x8, 0x9] as const;
const [FIN, RSV1, MASKED] = [0x80, 0x40, 0x80] as const;
const NOT_UTF8 = [0xc3, 0x28] as const;

/** A frame as a client has to send it, masked with zeros; longer than 125 bytes with a length of two bytes. */
function frame(first: number, content: readonly number[] = []): number[] {
  const length =
    content.length < 126 ? [MASKED | content.length] : [MASKED | 126, content.length >> 8, content.length & 255];
  return [first, ...length, 0, 0, 0, 0, ...content];
}

const { protocolError, notUtf8, frameTooBig, tooManyFragments } = closeCodes;
const offence = (name: string, code: CloseCode, ...bytes: number[][]): FramingOffence => ({
  name,
  code,
  bytes: Uint8Array.from(bytes.flat()),
});

export const framingOffences: readonly FramingOffence[] = [
  offence('bytes that are no frame', protocolError, [0xff, 0x00, 0x01, 0x02, 0x03]),
  offence('a reserved bit', protocolError, frame(FIN | RSV1 | BINARY, [1])),
  offence('all reserved bits', protocolError, frame(FIN | 0x70 | BINARY, [1])),
  offence('a frame without a mask', protocolError, [FIN | BINARY, 1, 0]),
  offence('an opcode that does not exist', protocolError, frame(FIN | 0x3, [1])),
  offence('a control opcode that does not exist', protocolError, frame(FIN | 0xb)),
  offence('a continuation of nothing', protocolError, frame(FIN | CONTINUATION, [1])),
  offence(
    'more fragments than allowed',
    tooManyFragments,
    frame(BINARY, [1]),
    ...Array(8).fill(frame(CONTINUATION, [1])),
  ),
  offence('a message that begins inside of another', protocolError, frame(BINARY, [1]), frame(FIN | BINARY, [1])),
  offence('a ping in fragments', protocolError, frame(PING)),
  offence('a ping that is too long', protocolError, frame(FIN | PING, Array(126).fill(0))),
  offence('a close of one byte', protocolError, frame(FIN | CLOSE, [3])),
  offence('a close with a code that may not be sent', protocolError, frame(FIN | CLOSE, [1005 >> 8, 1005 & 255])),
  offence('a length beyond all numbers', frameTooBig, [FIN | BINARY, MASKED | 127, 255, 255, 255, 255, 0, 0, 0, 0]),
  offence('a text that is not UTF-8', notUtf8, frame(FIN | TEXT, [...NOT_UTF8])),
  offence('a close whose reason is not UTF-8', notUtf8, frame(FIN | CLOSE, [1000 >> 8, 1000 & 255, ...NOT_UTF8])),
];
