import { closeCodes } from '@quire/protocol';
import { openRawWebSocket } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { createGatewayStage, textOf } from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket } = stage;
afterEach(() => stage.close());

describe('the gateway', () => {
  it('[G2] unmodified providers of both dialects edit one document', async () => {
    const { url } = await start();
    const ada = joinHocuspocus(url, 'team/plan');
    const ben = joinYWebsocket(url, 'team/plan');
    ada.doc.getText('body').insert(0, 'from Ada. ');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('from Ada. '));
    ben.doc.getText('body').insert(0, 'from Ben. ');
    await vi.waitFor(() => expect(textOf(ada.doc)).toBe('from Ben. from Ada. '));
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    expect(Y.encodeStateAsUpdate(ada.doc)).toEqual(Y.encodeStateAsUpdate(ben.doc));
  });

  it('[G3] what was written is there for whoever comes after everybody left', async () => {
    const { url, collaboration } = await start();
    const ada = joinHocuspocus(url, 'plan');
    ada.doc.getText('body').insert(0, 'kept');
    await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    ada.leave();
    await vi.waitFor(() => expect(collaboration.openDocuments).toBe(0));
    const ben = joinYWebsocket(url, 'plan');
    await vi.waitFor(() => expect(textOf(ben.doc)).toBe('kept'));
  });

  it('[G7] presence crosses dialects and ends with null, and with the socket', async () => {
    const { url } = await start();
    const ada = joinHocuspocus(url, 'plan');
    const ben = joinYWebsocket(url, 'plan');
    const eve = joinHocuspocus(url, 'plan');
    ada.provider.setAwarenessField('user', { name: 'Ada' });
    ben.provider.awareness.setLocalStateField('user', { name: 'Ben' });
    const names = (states: Map<number, Record<string, unknown>> | undefined): unknown[] =>
      [...(states?.values() ?? [])]
        .flatMap((state) => (state.user as { name?: string } | undefined)?.name ?? [])
        .sort();
    await vi.waitFor(() => expect(names(eve.provider.awareness?.getStates())).toEqual(['Ada', 'Ben']));
    ada.provider.awareness?.setLocalState(null);
    await vi.waitFor(() => expect(names(eve.provider.awareness?.getStates())).toEqual(['Ben']));
    await vi.waitFor(() => expect(names(ben.provider.awareness.getStates())).toEqual(['Ben']));
    ben.leave();
    await vi.waitFor(() => expect(names(eve.provider.awareness?.getStates())).toEqual([]));
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    '[R8] a document may be called %s',
    async (name) => {
      const { url } = await start();
      const ada = joinHocuspocus(url, name);
      const ben = joinYWebsocket(url, name);
      ada.doc.getText('body').insert(0, 'x');
      await vi.waitFor(() => expect(textOf(ben.doc)).toBe('x'));
      await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
    },
  );

  const noFrame = new Uint8Array([0xff, 0x00, 0x01, 0x02, 0x03]);

  it('[G4] hears a socket whose URL names no document after its goodbye, and cuts it off if it lingers', async () => {
    const { url, gateway } = await start();
    const paths = ['/yjs/', '/yjs/%00', `/yjs/${'x'.repeat(513)}`];
    const sockets = await Promise.all(paths.map((path) => openRawWebSocket(url, path, { lingers: true })));
    expect(gateway.sessions).toBe(paths.length);
    for (const socket of sockets) socket.send(noFrame);
    await vi.waitFor(() => expect(gateway.sessions).toBe(0), 5_000);
    const { code, reason } = closeCodes.badDocumentName;
    for (const socket of sockets) {
      socket.terminate();
      expect(await socket.ended).toEqual({ code, reason });
    }
  });

  it('[G4] closes with nobody left behind, though a socket whose URL names no document lingers', async () => {
    const { url, gateway } = await start();
    const socket = await openRawWebSocket(url, '/yjs/%00', { lingers: true });
    await gateway.close();
    expect(gateway.sessions).toBe(0);
    socket.terminate();
    expect((await socket.ended)?.code).toBe(closeCodes.badDocumentName.code);
  });

  it('[G4] cuts off who breaks the framing and then lingers', async () => {
    const { url, gateway } = await start();
    const socket = await openRawWebSocket(url, '/collab', { early: noFrame, lingers: true });
    await vi.waitFor(() => expect(gateway.sessions).toBe(0), 5_000);
    socket.terminate();
    expect((await socket.ended)?.code).toBe(closeCodes.protocolError.code);
  });
});
