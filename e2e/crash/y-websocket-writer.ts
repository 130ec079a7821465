import { decodeYWebsocketFrame, encodeYWebsocketFrame, type YWebsocketClientFrame } from '@quire/protocol';
import { type FrameSocket, openFrameSocket, type Random } from '@quire/testing';
import * as Y from 'yjs';
import { type Edit, EditLedger } from './edit-ledger.ts';
import { rejectWhenClosed } from './hocuspocus-writer.ts';
import { TypingLoop, type Writer } from './writer.ts';

const FROM_SERVER = Symbol('from the server');

/** Takes the echo of its own bytes for a receipt (R9). What has none at a reconnect is sent again, as frames of its own. */
export function createYWebsocketWriter(options: {
  readonly wsUrl: string;
  readonly document: string;
  readonly name: string;
  readonly random: Random;
}): Writer {
  const doc = new Y.Doc();
  const ledger = new EditLedger(options.name, doc, options.random);
  const awaiting = new Map<string, Edit>();
  let socket: FrameSocket | null = null;
  let onHandshake: (() => void) | null = null;

  const say = (frame: YWebsocketClientFrame): void => socket?.send(encodeYWebsocketFrame(frame));
  const send = (edit: Edit): void => {
    awaiting.set(keyOf(edit.update), edit);
    say({ kind: 'update', update: edit.update });
  };
  const loop = new TypingLoop(ledger, send);

  function hear(frame: YWebsocketClientFrame): void {
    switch (frame.kind) {
      case 'step-1':
        say({ kind: 'step-2', update: Y.encodeStateAsUpdate(doc, frame.stateVector) });
        for (const edit of ledger.unreceipted) send(edit);
        endHandshake();
        return;
      case 'step-2':
        Y.applyUpdate(doc, frame.update, FROM_SERVER);
        return;
      case 'update':
        Y.applyUpdate(doc, frame.update, FROM_SERVER);
        receive(frame.update);
        return;
      case 'presence':
      case 'query-presence':
        return;
      default:
        frame satisfies never;
    }
  }

  function receive(update: Uint8Array): void {
    const edit = awaiting.get(keyOf(update));
    if (edit === undefined) return;
    awaiting.delete(keyOf(update));
    ledger.settle(edit);
    if (onHandshake === null) loop.receipted();
    else endHandshake();
  }

  function endHandshake(): void {
    if (awaiting.size > 0) return;
    onHandshake?.();
    onHandshake = null;
  }

  return {
    name: options.name,
    doc,
    ledger,
    get inFlight() {
      return loop.inFlight;
    },
    async connect() {
      awaiting.clear();
      const greeted = new Promise<void>((resolve) => {
        onHandshake = resolve;
      });
      socket = await openFrameSocket(`${options.wsUrl}/yjs/${encodeURIComponent(options.document)}`);
      socket.onFrame((bytes) => hear(decodeYWebsocketFrame(bytes)));
      say({ kind: 'step-1', stateVector: Y.encodeStateVector(doc) });
      await Promise.race([greeted, rejectWhenClosed(socket, options.name)]);
    },
    startTyping: (onReceipt) => loop.start(onReceipt),
    stopTyping: () => loop.stop(),
    async disconnected() {
      await socket?.closed;
    },
    leave() {
      loop.stop();
      socket?.close();
    },
    drop() {
      loop.stop();
      socket?.terminate();
    },
  };
}

function keyOf(update: Uint8Array): string {
  return Buffer.from(update).toString('latin1');
}
