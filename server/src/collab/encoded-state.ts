import { encodeYWebsocketFrame } from '@quire/protocol';
import * as Y from 'yjs';
import type { FlushTimer } from './flush-window.ts';

/** How long the encoding for those who come without anything is kept. */
const WHOLE_STATE_MS = 2_000;

/** The state vector of somebody without anything. */
export const NOTHING_KNOWN = new Uint8Array([0]);

/** A state vector that names nobody. */
export function knowsNothing(stateVector: Uint8Array): boolean {
  return stateVector.length === 1 && stateVector[0] === 0;
}

/** A document as those get it who come to it: frames that are kept until it changes. */
export class EncodedState {
  readonly #document: Y.Doc;
  readonly #timer: FlushTimer;
  readonly #onMeasured: (bytes: number) => void;
  readonly #loadedVector: Uint8Array;
  #isAsLoaded = true;
  #stepOne: Uint8Array | null = null;
  #wholeState: Uint8Array | null = null;
  #cancelWholeState: (() => void) | null = null;

  /** @param onMeasured told how large the document is whenever it is encoded whole */
  constructor(document: Y.Doc, timer: FlushTimer, onMeasured: (bytes: number) => void) {
    this.#document = document;
    this.#timer = timer;
    this.#onMeasured = onMeasured;
    this.#loadedVector = Y.encodeStateVector(document);
  }

  /** It was read from disk as one update, which need not be encoded again for the first who come. */
  startWith(stored: Uint8Array): void {
    this.#wholeState = this.#keepForAWhile(encodeYWebsocketFrame({ kind: 'step-2', update: stored }));
  }

  /** Asks a client for all that this document lacks. */
  get stepOne(): Uint8Array {
    this.#stepOne ??= encodeYWebsocketFrame({ kind: 'step-1', stateVector: Y.encodeStateVector(this.#document) });
    return this.#stepOne;
  }

  /**
   * The state that a client with this state vector lacks, as a step 2, and our own state vector, as a step 1.
   * Encoding a large document costs as much as reading it, so what somebody without anything gets is kept until the
   * document changes: a hundred who come at once share it.
   */
  answer(stateVector: Uint8Array): { readonly stepOne: Uint8Array; readonly stepTwo: Uint8Array } {
    const { stepOne } = this;
    if (!knowsNothing(stateVector)) return { stepOne, stepTwo: encodeStepTwo(this.#document, stateVector) };
    this.#wholeState ??= this.#keepForAWhile(encodeStepTwo(this.#document));
    this.#onMeasured(this.#wholeState.length);
    return { stepOne, stepTwo: this.#wholeState };
  }

  /** Nothing was edited since. */
  get isAsLoaded(): boolean {
    return this.#isAsLoaded;
  }

  /** The state vector that the document was loaded with. */
  get loadedVector(): Uint8Array {
    return this.#loadedVector;
  }

  /** It has changed. */
  forget(): void {
    this.#isAsLoaded = false;
    this.#wholeState = null;
    this.#stepOne = null;
  }

  /** A second copy of the document in memory, so not for longer than a crowd takes to come in. */
  #keepForAWhile(stepTwo: Uint8Array): Uint8Array {
    this.#cancelWholeState?.();
    this.#cancelWholeState = this.#timer.after(WHOLE_STATE_MS, () => {
      this.#wholeState = null;
    });
    return stepTwo;
  }

  close(): void {
    this.#cancelWholeState?.();
  }
}

function encodeStepTwo(document: Y.Doc, stateVector?: Uint8Array): Uint8Array {
  return encodeYWebsocketFrame({ kind: 'step-2', update: Y.encodeStateAsUpdate(document, stateVector) });
}
