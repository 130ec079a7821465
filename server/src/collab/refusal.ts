import type { CloseCode } from '@quire/protocol';

/**
 * Why a connection can't be established. As an error of a hook it makes Hocuspocus deny the connection. Hocuspocus sends `reason` to the client, and logs whatever has a
 * message: this has none, since we log refusals ourselves.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: string;
  readonly closeCode: CloseCode;

  constructor(code: CloseCode, options?: ErrorOptions) {
    super('', options);
    this.reason = code.name;
    this.closeCode = code;
  }
}
