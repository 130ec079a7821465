import {
  decodeServerFrame,
  decodeYWebsocketFrame,
  encodeHocuspocusFrame,
  encodeYWebsocketFrame,
  FrameError,
} from '@quire/protocol';
import type { Target } from './target.ts';
import { frameForServer } from './websocket-frames.ts';

/** What the load hears, as far as it matters here. */
export type Word =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'step-1' }
  /** A state, a merged update or a single one: all are changes, with their clocks. */
  | { readonly kind: 'changes'; readonly update: Uint8Array; readonly answersStepOne: boolean }
  | { readonly kind: 'presence'; readonly presence: Uint8Array }
  | { readonly kind: 'receipt'; readonly saved: boolean }
  | { readonly kind: 'other' };

export type DialectName = 'hocuspocus' | 'y-websocket' | 'none';

/** Frames are complete, with their WebSocket header, ready to be written. */
export interface LoadDialect {
  readonly name: DialectName;
  /** How a client joins a document. */
  readonly handshake: 'token-first' | 'step-1-first' | 'none';
  path(document: string): string;
  token(document: string): Buffer;
  stepOne(document: string): Buffer;
  /** "I have nothing that you don't". */
  emptyStepTwo(document: string): Buffer;
  update(document: string, update: Uint8Array): Buffer;
  presence(document: string, presence: Uint8Array): Buffer;
  read(message: Uint8Array): Word;
}

/** A state vector, or an update, of nothing. */
const EMPTY_VECTOR = new Uint8Array([0]);
const EMPTY_UPDATE = new Uint8Array([0, 0]);
const NOBODY = new Uint8Array([0]);

type Heard = {
  readonly kind: string;
  readonly update?: Uint8Array;
  readonly presence?: Uint8Array;
  readonly reason?: string;
  readonly durable?: boolean;
};

function toWord(frame: Heard): Word {
  switch (frame.kind) {
    case 'update':
    case 'step-2':
      return { kind: 'changes', update: frame.update ?? EMPTY_UPDATE, answersStepOne: frame.kind === 'step-2' };
    case 'presence':
      return { kind: 'presence', presence: frame.presence ?? NOBODY };
    case 'authenticated':
    case 'step-1':
      return { kind: frame.kind };
    case 'denied':
      return { kind: 'denied', reason: frame.reason ?? '' };
    case 'receipt':
      return { kind: 'receipt', saved: frame.durable ?? false };
    default:
      return { kind: 'other' };
  }
}

/** Frames of a kind that neither provider knows are not the load's business. */
function readOrSkip(read: () => Heard): Word {
  try {
    return toWord(read());
  } catch (error) {
    if (error instanceof FrameError) return { kind: 'other' };
    throw error;
  }
}

function createHocuspocusDialect(basePath: string, token: string): LoadDialect {
  const say = (document: string, frame: Parameters<typeof encodeHocuspocusFrame>[1]): Buffer =>
    frameForServer(encodeHocuspocusFrame(document, frame));
  return {
    name: 'hocuspocus',
    handshake: 'token-first',
    path: () => basePath,
    token: (document) => say(document, { kind: 'token', token, providerVersion: '4.8.0' }),
    stepOne: (document) => say(document, { kind: 'step-1', stateVector: EMPTY_VECTOR }),
    emptyStepTwo: (document) => say(document, { kind: 'step-2', update: EMPTY_UPDATE }),
    update: (document, update) => say(document, { kind: 'update', update }),
    presence: (document, presence) => say(document, { kind: 'presence', presence }),
    read: (message) => readOrSkip(() => decodeServerFrame(message).frame),
  };
}

function createYWebsocketDialect(basePath: string, handshake: 'step-1-first' | 'none'): LoadDialect {
  const say = (frame: Parameters<typeof encodeYWebsocketFrame>[0]): Buffer =>
    frameForServer(encodeYWebsocketFrame(frame));
  return {
    name: handshake === 'none' ? 'none' : 'y-websocket',
    handshake,
    path: (document) => `${basePath}${encodeURIComponent(document)}`,
    token: () => {
      throw new Error('y-websocket has no token message');
    },
    stepOne: () => say({ kind: 'step-1', stateVector: EMPTY_VECTOR }),
    emptyStepTwo: () => say({ kind: 'step-2', update: EMPTY_UPDATE }),
    update: (_document, update) => say({ kind: 'update', update }),
    presence: (_document, presence) => say({ kind: 'presence', presence }),
    read: (message) => readOrSkip(() => decodeYWebsocketFrame(message)),
  };
}

export function createDialect({
  dialect,
  basePath,
  token,
}: Pick<Target, 'dialect' | 'basePath' | 'token'>): LoadDialect {
  switch (dialect) {
    case 'hocuspocus':
      return createHocuspocusDialect(basePath, token);
    case 'y-websocket':
      return createYWebsocketDialect(basePath, 'step-1-first');
    case 'none':
      return createYWebsocketDialect(basePath, 'none');
    default:
      return dialect satisfies never;
  }
}
