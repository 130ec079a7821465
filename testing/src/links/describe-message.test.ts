import {
  type ClientFrame,
  encodeHocuspocusFrame,
  encodePermissionDenied,
  encodeServerFrame,
  encodeYWebsocketFrame,
  type ServerFrame,
} from '@quire/protocol';
import { describe, expect, test } from 'vitest';
import { describeMessage } from './describe-message.ts';

const three = Uint8Array.of(1, 2, 3);

const SAID: readonly (readonly [ClientFrame, string])[] = [
  [{ kind: 'token', token: 'secret', providerVersion: '4.8.0' }, 'token'],
  [{ kind: 'step-1', stateVector: three }, 'step 1, 3 bytes'],
  [{ kind: 'step-2', update: three }, 'step 2, 3 bytes'],
  [{ kind: 'update', update: three }, 'update, 3 bytes'],
  [{ kind: 'presence', presence: three }, 'presence, 3 bytes'],
  [{ kind: 'query-presence' }, 'question who is here'],
  [{ kind: 'stateless', payload: 'abc' }, 'stateless message, 3 bytes'],
  [{ kind: 'close' }, 'leaves the document'],
];

const HEARD: readonly (readonly [ServerFrame, string])[] = [
  [{ kind: 'authenticated', scope: 'read-write' }, 'let in (read-write)'],
  [{ kind: 'denied', reason: 'expired' }, 'denied: expired'],
  [{ kind: 'token-request' }, 'question for a token'],
  [{ kind: 'receipt', durable: true }, 'receipt'],
  [{ kind: 'receipt', durable: false }, 'refusal of an edit'],
  [{ kind: 'closed', reason: 'document-deleted' }, 'document closed: document-deleted'],
  [{ kind: 'update', update: three }, 'update, 3 bytes'],
];

const words = (...said: Parameters<typeof describeMessage>): string => describeMessage(...said).words;

describe('a message is told by its kind, and never by what is in it', () => {
  test.each(SAID)('a client of Hocuspocus says %o', (frame, expected) => {
    const bytes = encodeHocuspocusFrame('plan', frame);
    expect(words({ dialect: 'hocuspocus', way: 'there' }, bytes, bytes.length)).toBe(expected);
  });

  test.each(HEARD)('a server of Hocuspocus says %o', (frame, expected) => {
    const bytes = encodeServerFrame('plan', frame);
    expect(words({ dialect: 'hocuspocus', way: 'back' }, bytes, bytes.length)).toBe(expected);
  });

  test('y-websocket says the same without an address', () => {
    const update = encodeYWebsocketFrame({ kind: 'update', update: three });
    expect(words({ dialect: 'y-websocket', way: 'back' }, update, update.length)).toBe('update, 3 bytes');
    const denied = encodePermissionDenied('no');
    expect(words({ dialect: 'y-websocket', way: 'back' }, denied, denied.length)).toBe('denied: no');
  });

  test('signs of life have no address', () => {
    expect(words({ dialect: 'hocuspocus', way: 'back' }, Uint8Array.of(9), 1)).toBe('ping');
    expect(words({ dialect: 'hocuspocus', way: 'there' }, Uint8Array.of(10), 1)).toBe('pong');
  });

  test('of a large one its beginning is enough', () => {
    const bytes = encodeYWebsocketFrame({ kind: 'step-2', update: new Uint8Array(50_000) });
    const told = describeMessage({ dialect: 'y-websocket', way: 'back' }, bytes.subarray(0, 512), bytes.length);
    expect(told).toEqual({ words: 'step 2, 50,000 bytes', isStep2: true });
  });

  test('what is no frame is called so', () => {
    const said = words({ dialect: 'hocuspocus', way: 'there' }, Uint8Array.of(200), 3);
    expect(said).toBe('what is no frame of the hocuspocus dialect, 3 bytes');
  });
});
