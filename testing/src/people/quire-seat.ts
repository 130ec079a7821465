import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Seat, SeatOptions } from './seat.ts';

/**
 * What this kit uses of a room of `@quire/client`, which has more: a product that tests with it has it, and casts. The
 * types of the SDK stand on those of a browser, and programs in Node need none for its sake.
 */
export interface QuireRoom {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly status: {
    get(): { readonly state: string; readonly unsaved: number; readonly retrying: boolean; readonly reason?: string };
  };
  readonly presence: { setPerson(person: { readonly name: string; readonly color: string }): void };
  leave(): void;
}

interface QuireSdk {
  connect(options: {
    readonly url: string;
    readonly token?: string;
    readonly offline: boolean;
    readonly transport: 'websocket';
  }): { open(document: string): QuireRoom; close(): void };
}

const CAUGHT_UP = new Set(['saving', 'saved', 'view-only']);

/** @throws naming the package to install when the SDK is not there */
export async function takeQuireSeat(options: SeatOptions): Promise<Seat<'quire'>> {
  if (options.doc !== undefined)
    throw new RangeError('@quire/client makes the document of a room itself: leave out doc');
  const { connect } = await importSdk();
  const client = connect({
    url: options.url,
    ...(options.token === undefined ? {} : { token: options.token }),
    offline: false,
    // Over HTTP, to which it would go by itself, faults of a link are others.
    transport: 'websocket',
  });
  const room = client.open(options.document);
  room.presence.setPerson({ name: options.name, color: options.color });
  return {
    doc: room.doc,
    awareness: room.awareness,
    provider: room,
    isSynced: () => CAUGHT_UP.has(room.status.get().state),
    isSaved() {
      const { state, unsaved } = room.status.get();
      return CAUGHT_UP.has(state) && unsaved === 0;
    },
    get refusal() {
      const { state, retrying, reason } = room.status.get();
      // A full disk, or a server that is overloaded, ends: the room comes back to it by itself.
      const isOver = state === 'gone' || (state === 'cannot-save' && !retrying);
      return isOver ? `${state}${reason === undefined ? '' : `: ${reason}`}` : null;
    },
    leave() {
      room.leave();
      client.close();
    },
  };
}

/** The one that the product under test has: this kit brings none. Its types are not asked for either, see above. */
async function importSdk(): Promise<QuireSdk> {
  const name: string = '@quire/client';
  try {
    return (await import(/* @vite-ignore */ name)) as QuireSdk;
  } catch (cause) {
    throw new Error(`the dialect "quire" is that of ${name}, which can't be imported here: npm install ${name}`, {
      cause,
    });
  }
}
