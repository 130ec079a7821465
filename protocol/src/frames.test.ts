import * as fc from 'fast-check';
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import {
  type ClientFrame,
  decodeHocuspocusFrame,
  decodePresence,
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodeAddress,
  encodeHocuspocusFrame,
  encodePresence,
  encodeServerFrame,
  encodeYWebsocketFrame,
  FrameError,
  findNameFault,
  parseAddress,
  type ServerFrame,
  translateServerFrame,
  type YWebsocketClientFrame,
} from './index.ts';

const PONG = 10;
const bytes = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((value) => value.isWellFormed());
const epoch = fc.stringMatching(/^([0-9]{1,10}-[0-9a-f]{16})?$/);
const name = text.filter((value) => findNameFault(value) === null);
const address = fc.oneof(
  name,
  fc.tuple(name, fc.stringMatching(/^[a-z0-9]{1,20}$/)).map(([document, session]) => `${document}\0${session}`),
);
const commonFrame: fc.Arbitrary<YWebsocketClientFrame> = fc.oneof(
  bytes.map((stateVector) => ({ kind: 'step-1' as const, stateVector })),
  bytes.map((update) => ({ kind: 'step-2' as const, update })),
  bytes.map((update) => ({ kind: 'update' as const, update })),
  bytes.map((presence) => ({ kind: 'presence' as const, presence })),
  fc.constant({ kind: 'query-presence' as const }),
);
const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  commonFrame,
  fc.record({ kind: fc.constant('token' as const), token: text, providerVersion: fc.option(text) }),
  fc.record({ kind: fc.constant('token' as const), token: text, providerVersion: text, epoch }),
  text.map((payload) => ({ kind: 'stateless' as const, payload })),
  fc.constant({ kind: 'close' as const }),
);

const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  commonFrame,
  fc.boolean().map((durable) => ({ kind: 'receipt' as const, durable })),
  fc
    .record({
      kind: fc.constant('authenticated' as const),
      scope: text,
      behind: fc.constantFrom('nothing', 'epoch', 'epoch and user'),
      epoch,
      user: text,
    })
    .map(({ behind, epoch, user, ...frame }) => {
      if (behind === 'nothing') return frame;
      return behind === 'epoch' ? { ...frame, epoch } : { ...frame, epoch, user };
    }),
  text.map((reason) => ({ kind: 'denied' as const, reason })),
  fc.constant({ kind: 'token-request' as const }),
  text.map((payload) => ({ kind: 'stateless' as const, payload })),
  text.map((reason) => ({ kind: 'closed' as const, reason })),
);

/** Decodes or returns the typed error; anything else escapes and fails the test. */
function attempt<T>(decode: () => T): T | FrameError {
  try {
    return decode();
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
}

describe('frames of the Hocuspocus dialect', () => {
  it('[P1] what is encoded decodes to itself, under its address', () => {
    void fc.assert(
      fc.property(address, clientFrame, (raw, frame) => {
        const decoded = decodeHocuspocusFrame(encodeHocuspocusFrame(raw, frame));
        expect(decoded.scope).toBe('document');
        if (decoded.scope !== 'document') return;
        expect(decoded.rawAddress).toBe(raw);
        expect(parseAddress(raw).document).toBe(raw.split('\0')[0]);
        expect(decoded.frame).toEqual(frame);
      }),
    );
  });

  it('[P2] any bytes decode to a frame or to a typed error', () => {
    const seen = { frames: 0, errors: 0 };
    void fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.tuple(address, clientFrame, fc.nat(), fc.nat(255)).map(mutate)),
        (input) => {
          const result = attempt(() => decodeHocuspocusFrame(input));
          seen[result instanceof FrameError ? 'errors' : 'frames'] += 1;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(seen.frames).toBeGreaterThan(0);
    expect(seen.errors).toBeGreaterThan(0);
  });

  it('[P3] a frame cut short anywhere is a typed error, whatever bytes lie behind it in memory', () => {
    void fc.assert(
      fc.property(address, commonFrame, (raw, frame) => {
        const whole = encodeHocuspocusFrame(raw, frame);
        for (let length = 0; length < whole.length; length += 1) {
          if (length === 1 && whole[0] === PONG) continue; // one byte of value 10 is a pong, not a cut address
          const view = new Uint8Array(whole.buffer, whole.byteOffset, length);
          expect(attempt(() => decodeHocuspocusFrame(view))).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('[P4] bytes after the content are refused', () => {
    const frame = encodeHocuspocusFrame('plan', { kind: 'update', update: new Uint8Array([1]) });
    expect(() => decodeHocuspocusFrame(new Uint8Array([...frame, 0]))).toThrow(
      expect.objectContaining({ fault: 'trailing-bytes' }),
    );
  });

  it.each([
    ['an empty name', ''],
    ['a control character', 'a\u0007b'],
    ['an empty session', 'plan\0'],
    ['a second NUL', 'plan\0a\0b'],
    ['513 bytes', 'x'.repeat(513)],
  ])('[R8] an address with %s is refused', (_what, raw) => {
    expect(() => parseAddress(raw)).toThrow(expect.objectContaining({ fault: 'bad-address' }));
  });

  it.each([6, 8, 9, 10, 11, 4_294_967_296])('a client may not send messages of type %i', (type) => {
    const encoder = createEncoder();
    writeVarString(encoder, 'plan');
    writeVarUint(encoder, type);
    expect(() => decodeHocuspocusFrame(toUint8Array(encoder))).toThrow(
      expect.objectContaining({ fault: 'unknown-type' }),
    );
  });

  it('[G4] an epoch that is longer than any is refused', () => {
    const token = { kind: 'token', token: '', providerVersion: null } as const;
    const frame = encodeHocuspocusFrame('plan', { ...token, epoch: '1'.repeat(41) });
    expect(() => decodeHocuspocusFrame(frame)).toThrow(expect.objectContaining({ fault: 'bad-epoch' }));
  });

  it('a pong has no address', () => {
    expect(decodeHocuspocusFrame(new Uint8Array([10]))).toEqual({ scope: 'socket', kind: 'pong' });
  });

  it('text that is not UTF-8 is refused', () => {
    expect(() => decodeHocuspocusFrame(new Uint8Array([2, 0xc3, 0x28, 3]))).toThrow(
      expect.objectContaining({ fault: 'bad-text' }),
    );
  });

  it('a number that never ends is refused', () => {
    expect(() => decodeHocuspocusFrame(new Uint8Array(20).fill(0xff))).toThrow(
      expect.objectContaining({ fault: 'bad-number' }),
    );
  });
});

describe('frames of the y-websocket dialect', () => {
  it('[P1] what is encoded decodes to itself', () => {
    void fc.assert(
      fc.property(commonFrame, (frame) => {
        expect(decodeYWebsocketFrame(encodeYWebsocketFrame(frame))).toEqual(frame);
      }),
    );
  });

  it('[P2] any bytes decode to a frame or to a typed error', () => {
    void fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        attempt(() => decodeYWebsocketFrame(input));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('frames of a server', () => {
  it('[P1] what is encoded decodes to itself, under its address', () => {
    void fc.assert(
      fc.property(address, serverFrame, (raw, frame) => {
        expect(decodeServerFrame(encodeServerFrame(raw, frame))).toEqual({ rawAddress: raw, frame });
      }),
    );
  });

  it('content and presence say the same in both dialects', () => {
    void fc.assert(
      fc.property(commonFrame, (frame) => {
        expect(translateServerFrame(frame)).toEqual(encodeYWebsocketFrame(frame));
      }),
    );
  });

  it('a frame of the Hocuspocus dialect is its address, then the frame of the y-websocket dialect', () => {
    void fc.assert(
      fc.property(address, commonFrame, (raw, frame) => {
        const whole = new Uint8Array([...encodeAddress(raw), ...encodeYWebsocketFrame(frame)]);
        expect(encodeHocuspocusFrame(raw, frame)).toEqual(whole);
      }),
    );
  });

  it('a receipt is said in the Hocuspocus dialect only; a refusal in both', () => {
    expect(translateServerFrame({ kind: 'receipt', durable: true })).toBeNull();
    expect(translateServerFrame({ kind: 'receipt', durable: false })?.slice(0, 2)).toEqual(new Uint8Array([2, 0]));
  });
});

describe('presence messages', () => {
  const limits = { maxEntries: 20, maxStateBytes: 1_000 };
  const entry = fc.record({
    clientId: fc.nat(2 ** 31),
    clock: fc.nat(),
    state: fc.json().filter((state) => state.isWellFormed() && state.length < 500),
  });

  it('[P1] what is encoded decodes to itself', () => {
    void fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        expect(decodePresence(encodePresence(entries), limits)).toEqual(entries);
      }),
    );
  });

  it('[P2] any bytes decode to entries or to a typed error', () => {
    void fc.assert(
      fc.property(bytes, (input) => {
        attempt(() => decodePresence(input, limits));
      }),
      { numRuns: 2_000 },
    );
  });

  it('[G4] a state is measured in bytes, before it is decoded', () => {
    const write = (state: string): Uint8Array => encodePresence([{ clientId: 1, clock: 1, state }]);
    const fits = JSON.stringify('✓'.repeat(332));
    expect(decodePresence(write(fits), limits)).toHaveLength(1);
    expect(() => decodePresence(write(JSON.stringify('✓'.repeat(333))), limits)).toThrow(
      expect.objectContaining({ fault: 'bad-number' }),
    );
    const tooLongAndNoText = new Uint8Array([1, 1, 1, 0xe9, 0x07, ...new Uint8Array(1_001).fill(0xff)]);
    expect(() => decodePresence(tooLongAndNoText, limits)).toThrow(expect.objectContaining({ fault: 'bad-number' }));
  });

  it('[G4] a message that claims a billion entries is refused before anything is allocated for them', () => {
    const encoder = createEncoder();
    writeVarUint(encoder, 1_000_000_000);
    expect(() => decodePresence(toUint8Array(encoder), limits)).toThrow(FrameError);
  });
});

function mutate([raw, frame, at, value]: [string, ClientFrame, number, number]): Uint8Array {
  const input = encodeHocuspocusFrame(raw, frame);
  const copy = input.slice();
  copy[at % copy.length] = value;
  return copy;
}
