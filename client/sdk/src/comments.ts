import { THREADS_MAP, type Thread } from '@quire/protocol/wire';
import type * as Y from 'yjs';
import type { CommentCalls, Comments, Room, RoomStatus } from './api.ts';
import type { CommentCallsOptions } from './comment-calls.ts';
import { type QuireError, roomClosed } from './errors.ts';
import type { Parts } from './parts.ts';
import { createWritable, type Readable, type Writable } from './readable.ts';
import { tryRead } from './shape.ts';
import { labelFor } from './status-table.ts';
import { threadShape } from './thread-answers.ts';
import { whenCalled } from './when-called.ts';

export interface CommentsOptions extends CommentCallsOptions {
  /** Opens the companion, in which the threads are. @throws {QuireError} */
  readonly open: () => Room;
  readonly part: Parts['calls'];
}

/** Those of one opening of a room, which leaves them when it is left. */
export interface OpenComments {
  readonly comments: Comments;
  leave(): void;
}

interface Companion {
  readonly room: Room;
  readonly leave: () => void;
}

interface Shown {
  readonly threads: Writable<readonly Thread[]>;
  readonly status: Writable<RoomStatus>;
}

/** As a room says that was opened this moment. */
const notOpened: RoomStatus = {
  state: 'connecting',
  label: labelFor('connecting'),
  loaded: false,
  unsaved: 0,
  canEdit: false,
  admissions: 0,
  retrying: true,
};

const calls: { readonly [Name in keyof CommentCalls]: 0 } = {
  you: 0,
  start: 0,
  reply: 0,
  change: 0,
  withdraw: 0,
  resolve: 0,
  reopen: 0,
  remove: 0,
  anchor: 0,
  unanchor: 0,
};

/** Threads are read from the companion document, live; who looks at none opens none. */
export function createComments(options: CommentsOptions): OpenComments {
  const shown: Shown = { threads: createWritable<readonly Thread[]>([]), status: createWritable(notOpened) };
  let held: Companion | null = null;
  let refusal: QuireError | null = null;
  const refuse = (error: QuireError) => {
    refusal = error;
    // Who read a value and then subscribed is told how it differs: what their subscribing changes is a change to them too.
    queueMicrotask(() => shown.status.set(describeRefusal(error)));
  };
  /** @throws {QuireError} */
  const hold = (): Companion => {
    if (refusal !== null) throw refusal;
    try {
      held ??= follow(options.open(), shown);
      return held;
    } catch (error) {
      refuse(error as QuireError);
      throw error;
    }
  };
  /** A component reads and subscribes wherever it is in its life: what keeps it from opening them is for the status to say. */
  const openedBySubscribing = <T>({ get, subscribe }: Readable<T>): Readable<T> => ({
    get,
    subscribe(listener, waiting) {
      try {
        hold();
      } catch {
        // The status says why.
      }
      return subscribe(listener, waiting);
    },
  });
  const load = async (signal?: AbortSignal) => {
    const { createCommentCalls } = await options.part.load({ signal });
    return createCommentCalls(options);
  };
  return {
    comments: {
      ...whenCalled<CommentCalls>(calls, load),
      threads: openedBySubscribing(shown.threads),
      status: openedBySubscribing(shown.status),
      whenLoaded: async (waiting) => hold().room.whenLoaded(waiting),
    },
    leave() {
      held?.leave();
      if (held === null && refusal === null) refuse(roomClosed());
    },
  };
}

function follow(room: Room, { threads, status }: Shown): Companion {
  const map = room.doc.getMap(THREADS_MAP);
  const read = () => threads.set(readThreads(map));
  map.observeDeep(read);
  const stop = room.status.subscribe((value) => status.set(value));
  // After whoever made this be opened by subscribing has subscribed.
  queueMicrotask(() => {
    if (map.size > 0) read();
    status.set(room.status.get());
  });
  return {
    room,
    leave() {
      map.unobserveDeep(read);
      stop();
      room.leave();
    },
  };
}

function describeRefusal(error: QuireError): RoomStatus {
  const { message: reason } = error;
  const label = labelFor('cannot-save', reason);
  return { ...notOpened, state: 'cannot-save', label, reason, retrying: false, error };
}

/** Oldest first, and of one time by their ids. A thread of a newer server that looks otherwise is passed over. */
function readThreads(map: Y.Map<unknown>): readonly Thread[] {
  const threads = Object.values(map.toJSON()).flatMap((thread) => tryRead(threadShape, thread) ?? []);
  const place = ({ created, id }: Thread) => created + id;
  return threads.sort((one, other) => (place(one) < place(other) ? -1 : 1));
}
