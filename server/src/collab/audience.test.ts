import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeAddress, parseAddress } from '@quire/protocol';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { hocuspocusDialect } from '../gateway/dialects.ts';
import { PausedSessions } from '../gateway/paused-sessions.ts';
import { Session } from '../gateway/session.ts';
import { SessionSocket } from '../gateway/session-socket.ts';
import { frameBinary } from '../gateway/websocket-framing.ts';
import { createLog } from '../observability/log.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { Audience } from './audience.ts';
import { DocumentConnection } from './document-connection.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const settings = {
  maxUnsentBytes: 1024,
  stallTimeoutMs: 30_000,
  pace: testLimits,
  paused: new PausedSessions(systemClock),
  clock: systemClock,
  log: createLog({ level: 'silent', format: 'json' }).logger,
  meters: null,
  onClosed: () => {},
};

function connect(): DocumentConnection {
  const webSocket = new SessionSocket(null as never, undefined, {}); // as ws makes one for an upgrade
  const session = new Session(webSocket, new PassThrough(), hocuspocusDialect, settings);
  return new DocumentConnection(session, parseAddress('plan'), {
    countWaiting() {},
    endConnection() {},
    renewGrant() {},
  });
}

/** Enters first, is spoken to together with the others, and leaves; nobody but the audience could still know of it. */
function comeAndGo(audience: Audience, others: readonly DocumentConnection[]): WeakRef<object> {
  const first = connect();
  for (const connection of [first, ...others]) audience.add(connection);
  first.listeners?.receipt();
  first.listeners?.frame(new Uint8Array([1]));
  audience.delete(first);
  return new WeakRef(first.session);
}

it('holds nothing of the session of whoever came first, once it has left', async () => {
  const audience = new Audience();
  const ben = connect();
  const gone = comeAndGo(audience, [ben]);
  await vi.waitFor(() => {
    collectGarbage();
    // Not the session itself: an assertion that fails would hold it.
    expect(gone.deref() === undefined).toBe(true);
  });
  expect(audience.size).toBe(1);
  const body = new Uint8Array([1, 2, 3]);
  expect(ben.listeners?.frame(body)).toEqual(frameBinary(encodeAddress('plan'), body));
  const receipt = hocuspocusDialect.receipt as Uint8Array;
  expect(ben.listeners?.receipt()).toEqual(frameBinary(encodeAddress('plan'), receipt));
});
