import type { CloseCode } from '@quire/protocol';

/**
 * How a hook tells Hocuspocus to deny a connection. Hocuspocus sends `reason` to the client, and logs whatever has a
 * message: this has none, since we log refusals ourselves.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: string;

  constructor(code: CloseCode, options?: ErrorOptions) {
    super('', options);
    this.reason = code.name;
  }
}
