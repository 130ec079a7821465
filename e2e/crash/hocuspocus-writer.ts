import { type ClientFrame, decodeServerFrame, encodeHocuspocusFrame, type ServerFrame } from '@quire/protocol';
import { type FrameSocket, openFrameSocket, type Random } from '@quire/testing';
import * as Y from 'yjs';
import { type Edit, EditLedger } from './edit-ledger.ts';
import { TypingLoop, type Writer } from './writer.ts';

const FROM_SERVER = Symbol('from the server');

export function createHocuspocusWriter(options: {
  readonly wsUrl: string;
  readonly document: string;
  readonly name: string;
  readonly random: Random;
}): Writer {
  const doc = new Y.Doc();
  const ledger = new EditLedger(options.name, doc, options.random);
  let socket: FrameSocket | null = null;
  /** Frames that are owed a receipt, oldest first, and the edits that each carries: receipts come in this order. */
  let owed: (readonly Edit[])[] = [];
  let onHandshake: () => void = () => {};

  const say = (frame: ClientFrame): void => socket?.send(encodeHocuspocusFrame(options.document, frame));
  const loop = new TypingLoop(ledger, (edit) => {
    owed.push([edit]);
    say({ kind: 'update', update: edit.update });
  });

  function hear(frame: ServerFrame): void {
    switch (frame.kind) {
      case 'authenticated':
        say({ kind: 'step-1', stateVector: Y.encodeStateVector(doc) });
        return;
      case 'step-1':
        owed.push(ledger.unreceipted);
        say({ kind: 'step-2', update: Y.encodeStateAsUpdate(doc, frame.stateVector) });
        return;
      case 'step-2':
      case 'update':
        Y.applyUpdate(doc, frame.update, FROM_SERVER);
        return;
      case 'receipt':
        receive(frame.durable);
        return;
      case 'denied':
      case 'closed':
        throw new Error(`${options.name} was refused: ${frame.reason}`);
      case 'presence':
      case 'query-presence':
      case 'token-request':
      case 'stateless':
        return;
      default:
        frame satisfies never;
    }
  }

  function receive(durable: boolean): void {
    const edits = owed.shift();
    if (!durable || edits === undefined) throw new Error(`${options.name} got a receipt that it can't place`);
    for (const edit of edits) ledger.settle(edit);
    // The first is the handshake's own.
    if (isInHandshake) {
      isInHandshake = false;
      onHandshake();
    } else {
      loop.receipted();
    }
  }
  let isInHandshake = false;

  return {
    name: options.name,
    doc,
    ledger,
    get inFlight() {
      return loop.inFlight;
    },
    async connect() {
      owed = [];
      isInHandshake = true;
      socket = await openFrameSocket(`${options.wsUrl}/collab`);
      const greeted = new Promise<void>((resolve) => {
        onHandshake = resolve;
      });
      socket.onFrame((bytes) => hear(decodeServerFrame(bytes).frame));
      say({ kind: 'token', token: '', providerVersion: null });
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

export async function rejectWhenClosed(socket: FrameSocket, name: string): Promise<never> {
  const { code, reason } = await socket.closed;
  throw new Error(`${name} was closed in its handshake: ${code} ${reason}`);
}
