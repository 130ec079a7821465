import type { EventRefusal } from '@quire/protocol';

/** An event that was not taken, as the program or the backend that sent it hears of it. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
  readonly refusal: EventRefusal;

  constructor(refusal: EventRefusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}
