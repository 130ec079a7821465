import { connect } from '@quire/client';
import { Hand, type Typist, type TypistOptions } from './typist.ts';

export interface SdkTypist extends Typist {
  /** When its present connection was good for editing again, as `performance.now()`; null while it has none. */
  readonly connectedAt: number | null;
  loaded(): Promise<void>;
  saved(): Promise<void>;
}

/** Somebody with Quire's own client, which counts what is confirmed by itself. */
export function createSdkTypist({ wsUrl, document, name, random }: TypistOptions): SdkTypist {
  const client = connect({ url: `${wsUrl}/collab`, offline: false });
  const room = client.open(document);
  const hand = new Hand(name, room.doc, random);
  let connectedAt: number | null = null;
  room.status.subscribe(({ state }) => {
    const isConnected = state === 'saved' || state === 'saving';
    connectedAt = isConnected ? (connectedAt ?? performance.now()) : null;
  });
  return {
    name,
    doc: room.doc,
    made: hand.made,
    // Receipts come in the order of what they confirm.
    get confirmed() {
      return hand.made.slice(0, hand.made.length - room.status.get().unsaved);
    },
    get inFlight() {
      return hand.made.slice(hand.made.length - room.status.get().unsaved);
    },
    get isConnected() {
      return connectedAt !== null;
    },
    get connectedAt() {
      return connectedAt;
    },
    loaded: () => room.whenLoaded(),
    saved: () => room.whenSaved(),
    type: () => hand.type(),
    leave: () => client.close(),
  };
}
