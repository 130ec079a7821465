import { connect, type Transport } from '@quire/client';
import { Hand, type Typist, type TypistOptions } from './typist.ts';

export interface SdkTypist extends Typist {
  /** When the oldest of the edits was made that have no receipt, as `performance.now()`; null while all have one. */
  readonly oldestUnsavedAt: number | null;
  loaded(): Promise<void>;
  saved(): Promise<void>;
}

/** Somebody with Quire's own client, which counts what is confirmed by itself. */
export function createSdkTypist(
  { wsUrl, document, name, random }: TypistOptions,
  transport: 'auto' | Transport = 'auto',
): SdkTypist {
  const client = connect({ url: `${wsUrl}/collab`, offline: false, transport });
  const room = client.open(document);
  const hand = new Hand(name, room.doc, random);
  // Receipts come in the order of what they confirm.
  const countConfirmed = (): number => hand.made.length - room.status.get().unsaved;
  return {
    name,
    doc: room.doc,
    made: hand.made,
    get confirmed() {
      return hand.made.slice(0, countConfirmed());
    },
    get inFlight() {
      return hand.made.slice(countConfirmed());
    },
    get isConnected() {
      const { state } = room.status.get();
      return state === 'saved' || state === 'saving';
    },
    get oldestUnsavedAt() {
      return hand.madeAt[countConfirmed()] ?? null;
    },
    loaded: () => room.whenLoaded(),
    saved: () => room.whenSaved(),
    type: () => hand.type(),
    leave: () => client.close(),
  };
}
