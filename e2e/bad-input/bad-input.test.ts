import { closeCodes, decodeYWebsocketFrame, encodeHocuspocusFrame } from '@quire/protocol';
import {
  converged,
  joinWithHocuspocus,
  joinWithYWebsocket,
  openFrameSocket,
  openRawWebSocket,
  type ServerProcess,
  startServer,
  until,
} from '@quire/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { framingOffences } from './framing-offences.ts';
import { type Offence, offences, tightLimits } from './offences.ts';
import { type DialectName, dialects, enter, OFFENDING_CLIENT, writeUpdate } from './offender.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ ownProcess: true, env: tightLimits });
});
afterAll(() => server.stop());

/** Somebody on the same document who would notice a lost connection, a foreign word, or somebody else's presence. */
function watch(document: string): {
  doc: Y.Doc;
  notices(): string[];
  save(word: string): Promise<void>;
  leave(): void;
} {
  const one = joinWithHocuspocus(server.wsUrl, document);
  const other = joinWithYWebsocket(server.wsUrl, document);
  const noticed: string[] = [];
  const note = (event: string): void => {
    noticed.push(event);
  };
  one.provider.on('disconnect', () => note('the Hocuspocus connection was lost'));
  other.provider.on('connection-close', () => note('the y-websocket connection was lost'));
  other.provider.awareness.on('change', ({ added }: { added: number[] }) => {
    if (added.some((client) => client !== one.doc.clientID)) note('somebody else has appeared');
  });
  for (const doc of [one.doc, other.doc]) {
    doc.on('update', () => {
      if (doc.store.clients.has(OFFENDING_CLIENT)) note('the offender’s words are in the document');
      if (doc.store.pendingStructs !== null) note('something that can’t be applied has arrived');
    });
  }
  return {
    doc: one.doc,
    notices: () => noticed,
    async save(word) {
      one.doc.getText('body').insert(0, word);
      await converged({ one: one.doc, other: other.doc });
      await until(() => one.provider.synced && other.provider.synced && !one.provider.hasUnsyncedChanges, {
        what: `"${word}" is not saved`,
      });
    },
    leave() {
      noticed.splice(0);
      one.leave();
      other.leave();
    },
  };
}

async function readAnew(document: string): Promise<Y.Doc> {
  const reader = joinWithYWebsocket(server.wsUrl, document);
  try {
    await until(() => reader.provider.synced, { what: `${document} does not load` });
    return reader.doc;
  } finally {
    reader.leave();
  }
}

const cases = offences.flatMap((offence) =>
  offence.dialects.map((dialect): [string, DialectName, Offence] => [offence.name, dialect, offence]),
);

describe('bad input closes the socket it came from, with a documented code, and nothing else happens', () => {
  test.each(cases)('%s (%s)', async (_name, dialect, offence) => {
    const document = `bad/${offences.indexOf(offence)}/${dialect}`;
    const bystanders = watch(document);
    await bystanders.save('before ');
    const offender = await enter(server.wsUrl, dialect, document);
    offence.commit(offender);
    const { code, reason } = await offender.socket.closed;
    expect({ code, reason }).toEqual({ code: offence.code.code, reason: offence.code.reason });
    await bystanders.save('after ');
    expect(bystanders.notices()).toEqual([]);
    bystanders.leave();
    if (offence.leaves === 'nothing') {
      const doc = await readAnew(document);
      expect(doc.getText('body').toString()).toBe('after before ');
      expect(doc.store.clients.has(OFFENDING_CLIENT)).toBe(false);
      expect(doc.store.pendingStructs).toBeNull();
    }
  });

  test.each(dialects)('nothing of a refused frame is stored: not even a new document (%s)', async (dialect) => {
    const name = `never-made-${dialect}`;
    const offender = await enter(server.wsUrl, dialect, name);
    offender.socket.send(offender.encode({ kind: 'update', update: writeUpdate('x').slice(0, -4) }));
    expect((await offender.socket.closed).code).toBe(closeCodes.badUpdate.code);
    const response = await fetch(`${server.url}/v1/documents?prefix=never-made`);
    expect(await response.json()).toEqual({ documents: [], next: null });
  });

  test('[R4] good frames before the bad one are kept, those after it are not', async () => {
    const document = 'bad/order';
    const offender = await enter(server.wsUrl, 'y-websocket', document);
    const doc = new Y.Doc();
    doc.clientID = 1234;
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (const word of ['one ', 'two ', 'three ']) doc.getText('body').insert(0, word);
    const [first, second, third] = updates as [Uint8Array, Uint8Array, Uint8Array];
    offender.socket.send(offender.encode({ kind: 'update', update: first }));
    offender.socket.send(offender.encode({ kind: 'update', update: second }));
    const heard = new Y.Doc();
    await offender.socket.next((frame) => {
      const message = decodeYWebsocketFrame(frame);
      if (message.kind === 'update') Y.applyUpdate(heard, message.update);
      return heard.getText('body').length === 'two one '.length || null;
    }, 'the good frames are not echoed');
    offender.socket.send(offender.encode({ kind: 'update', update: new Uint8Array([1, 2, 3]) }));
    offender.socket.send(offender.encode({ kind: 'update', update: third }));
    expect((await offender.socket.closed).code).toBe(closeCodes.badUpdate.code);
    expect((await readAnew(document)).getText('body').toString()).toBe('two one ');
  });

  test('[G4] what is sent before a token is bounded', async () => {
    const socket = await openFrameSocket(`${server.wsUrl}/collab`);
    const early = encodeHocuspocusFrame('early', { kind: 'update', update: writeUpdate('early') });
    for (let count = 0; count < 40; count += 1) socket.send(early);
    const { code, reason } = await socket.closed;
    expect({ code, reason }).toEqual({
      code: closeCodes.tooManyBeforeAuth.code,
      reason: closeCodes.tooManyBeforeAuth.reason,
    });
    expect((await readAnew('early')).store.clients.size).toBe(0);
  });

  test('[G4] a socket has no more documents than allowed', async () => {
    const socket = await openFrameSocket(`${server.wsUrl}/collab`);
    for (let count = 0; count < 6; count += 1) {
      socket.send(encodeHocuspocusFrame(`many/${count}`, { kind: 'token', token: '', providerVersion: null }));
    }
    expect((await socket.closed).code).toBe(closeCodes.tooManyDocuments.code);
  });

  test.each([
    ['%20', closeCodes.badDocumentName.code],
    ['a%07b', closeCodes.badDocumentName.code],
    ['a%00b', closeCodes.badDocumentName.code],
    ['x'.repeat(600), closeCodes.badDocumentName.code],
  ])('a y-websocket URL that names no document is closed with its code: /yjs/%s', async (path, code) => {
    const socket = await openFrameSocket(`${server.wsUrl}/yjs/${path}`);
    expect((await socket.closed).code).toBe(code);
  });

  test.each([
    ['/yjs/%ff', 400],
    ['/nowhere', 404],
    ['/yjs', 404],
    ['/collab/more', 404],
  ])('an upgrade of %s is answered with %i', async (path, status) => {
    await expect(openFrameSocket(`${server.wsUrl}${path}`)).rejects.toThrow(`Unexpected server response: ${status}`);
  });

  const doors = [
    { path: '/collab', first: null },
    { path: '/yjs/ok', first: null },
    // Closed for its name before it says anything; what it says then must find somebody who listens.
    { path: '/yjs/%00', first: closeCodes.badDocumentName },
    { path: '/yjs/', first: closeCodes.badDocumentName },
  ];

  describe.each(doors)('[G4] bytes that RFC 6455 forbids, at $path', ({ path, first }) => {
    test.each(framingOffences)('$name', async ({ bytes, code }) => {
      const bystander = joinWithYWebsocket(server.wsUrl, 'ok');
      await until(() => bystander.provider.synced, { what: 'the bystander is not let in' });
      const losses: unknown[] = [];
      bystander.provider.on('connection-close', (event) => losses.push(event));
      const late = await openRawWebSocket(server.wsUrl, path);
      late.send(bytes);
      const early = await openRawWebSocket(server.wsUrl, path, { early: bytes });
      const expected = first ?? code;
      for (const offender of [late, early]) {
        expect(await offender.ended).toEqual({ code: expected.code, reason: expected.reason });
      }
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      expect(losses).toEqual([]);
      bystander.leave();
    });
  });

  test('after all of it, the server has logged no failure of its own and restarts with everything', async () => {
    const bystanders = watch('bad/last');
    await bystanders.save('still here');
    bystanders.leave();
    const failures = server.log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
    expect(failures).toEqual([]);
    await server.kill('SIGKILL');
    await server.restart();
    expect((await readAnew('bad/last')).getText('body').toString()).toBe('still here');
  });
});
