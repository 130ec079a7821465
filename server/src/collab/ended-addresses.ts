import { type ClientFrame, type CloseCode, closeCodes } from '@quire/protocol';

type TokenFrame = Extract<ClientFrame, { kind: 'token' }>;

interface Ending {
  readonly endsLife: boolean;
  /** It waits for a handshake. */
  token: TokenFrame | null;
}

/** Beyond so many, those go of whom nothing was heard for longest. */
const MAX_ENDINGS = 1_000;

/** Of tokens that wait, over all documents of a socket; beyond it they wait no longer. */
const MAX_WAITING_LENGTH = 64 * 1024;

/**
 * The addresses of one socket whose connection we ended or refused. A provider goes on sending there for a while and is
 * not heard: only a token asks to be let in again, and who closes the document says nothing more.
 *
 * Where it was the document's life that ended, that takes a handshake besides. Applications send a fresh token through
 * every provider that they hold, and one that holds the former life would be told what is written in the next (R14).
 */
export class EndedAddresses {
  readonly #endings = new Map<string, Ending>();
  #waitingLength = 0;

  get size(): number {
    return this.#endings.size;
  }

  note(address: string, { code }: CloseCode): void {
    this.forget(address);
    const endsLife = code === closeCodes.documentDeleted.code || code === closeCodes.staleEpoch.code;
    this.#endings.set(address, { endsLife, token: null });
    const [silent] = this.#endings.keys();
    if (this.#endings.size > MAX_ENDINGS && silent !== undefined) this.forget(silent);
  }

  forget(address: string): void {
    this.#waitingLength -= this.#endings.get(address)?.token?.token.length ?? 0;
    this.#endings.delete(address);
  }

  /** Whether it was ended, and nobody has asked to be let in again since: what was sent before is still in its order. */
  hasHeardNoToken(address: string): boolean {
    return this.#endings.get(address)?.token === null;
  }

  /** @returns what is to be heard now, in its order */
  hear(address: string, frame: ClientFrame): readonly ClientFrame[] {
    const ending = this.#endings.get(address);
    if (ending === undefined) return [frame];
    if (frame.kind === 'token') return this.#ask(address, ending, frame);
    if (frame.kind === 'close') {
      this.forget(address);
      return [];
    }
    this.#endings.delete(address);
    this.#endings.set(address, ending);
    if (frame.kind !== 'step-1' || ending.token === null) return [];
    this.forget(address);
    return [ending.token, frame];
  }

  #ask(address: string, ending: Ending, frame: TokenFrame): readonly ClientFrame[] {
    const waitingLength = this.#waitingLength - (ending.token?.token.length ?? 0) + frame.token.length;
    if (!ending.endsLife || waitingLength > MAX_WAITING_LENGTH) {
      this.forget(address);
      return [frame];
    }
    this.#waitingLength = waitingLength;
    ending.token = frame;
    return [];
  }
}
