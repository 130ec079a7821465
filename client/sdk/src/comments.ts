import { THREADS_MAP, type Thread } from '@quire/protocol/wire';
import type * as Y from 'yjs';
import type { CommentCalls, Comments, Room } from './api.ts';
import type { CommentCallsOptions } from './comment-calls.ts';
import { QuireError } from './errors.ts';
import type { Parts } from './parts.ts';
import { createWritable, type Readable } from './readable.ts';
import { tryRead } from './shape.ts';
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
  readonly threads: Readable<readonly Thread[]>;
  readonly leave: () => void;
}

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
  let held: Companion | null = null;
  let left = false;
  const hold = (): Companion => {
    if (held === null && left) throw new QuireError('room-closed', 'The document was closed.');
    held ??= follow(options.open());
    return held;
  };
  const load = async (signal?: AbortSignal) => {
    const { createCommentCalls } = await options.part.load({ signal });
    return createCommentCalls(options);
  };
  return {
    comments: {
      ...whenCalled<CommentCalls>(calls, load),
      get threads() {
        return hold().threads;
      },
      get status() {
        return hold().room.status;
      },
      whenLoaded: async (waiting) => hold().room.whenLoaded(waiting),
    },
    leave() {
      left = true;
      held?.leave();
    },
  };
}

function follow(room: Room): Companion {
  const map = room.doc.getMap(THREADS_MAP);
  const threads = createWritable<readonly Thread[]>(readThreads(map));
  const read = () => threads.set(readThreads(map));
  map.observeDeep(read);
  return {
    room,
    threads,
    leave() {
      map.unobserveDeep(read);
      room.leave();
    },
  };
}

/** Oldest first; a thread of a newer server that looks otherwise is passed over. */
function readThreads(map: Y.Map<unknown>): readonly Thread[] {
  const threads = Object.values(map.toJSON()).flatMap((thread) => tryRead(threadShape, thread) ?? []);
  return threads.sort((one, other) => Date.parse(one.created) - Date.parse(other.created));
}
