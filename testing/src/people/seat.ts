import type { HocuspocusProvider } from '@hocuspocus/provider';
import type { Awareness } from 'y-protocols/awareness';
import type { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import type { QuireRoom } from './quire-seat.ts';

/** Which published client somebody uses: `@quire/client`, `@hocuspocus/provider`, or `y-websocket`. */
export type Dialect = 'quire' | 'hocuspocus' | 'y-websocket';

/** What each of them calls a document that is open. */
export interface Providers {
  readonly quire: QuireRoom;
  readonly hocuspocus: HocuspocusProvider;
  readonly 'y-websocket': WebsocketProvider;
}

/** A document that is open in a published client, unmodified. */
export interface Seat<D extends Dialect = Dialect> {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly provider: Providers[D];
  /** The client says that it has caught up. */
  isSynced(): boolean;
  /** Everything that was edited here is where the server keeps it. The signal says that nobody waits for that any more. */
  isSaved(signal: AbortSignal): boolean | Promise<boolean>;
  /** Why this client won't try again; null as long as it does. */
  readonly refusal: string | null;
  leave(): void;
}

export interface SeatOptions {
  /** As the client takes it: where the server listens, without the document. */
  readonly url: string;
  readonly document: string;
  readonly name: string;
  readonly color: string;
  readonly token: string | undefined;
  readonly doc: Y.Doc | undefined;
}
