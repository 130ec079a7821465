import { type Anchor, THREADS_MAP, type Thread } from '@quire/protocol/wire';
import { toBase64 } from 'lib0/buffer';
import * as Y from 'yjs';
import { commentShape, threadListShape, threadShape } from './answers.ts';
import type { CallOptions, Comments, Room, TextRange } from './api.ts';
import { type ApiOptions, type Call, callApi, pathOf } from './api-call.ts';
import { QuireError } from './errors.ts';
import { createWritable } from './readable.ts';
import { tryRead } from './shape.ts';

export interface CommentsOptions {
  /** The document that is commented on. */
  readonly document: string;
  /** Its companion, which is left with the comments. */
  readonly room: Room;
  readonly api: ApiOptions;
  /** Resolves once the server knows all that has been written here: a range may be about the last of it. */
  readonly whenTextSaved: (signal: AbortSignal) => Promise<void>;
}

/** Threads are read from the companion document, live, and written over HTTP: the server says who wrote them, and when. */
export function createComments({ document, room, api, whenTextSaved }: CommentsOptions): Comments {
  const map = room.doc.getMap(THREADS_MAP);
  const threads = createWritable<readonly Thread[]>(readThreads(map));
  const follow = () => threads.set(readThreads(map));
  map.observeDeep(follow);

  let guest: string | undefined;
  const path = `${pathOf(document)}/threads`;
  const pathOfThread = (thread: string) => `${path}/${encodeURIComponent(thread)}`;
  const pathOfComment = (thread: string, comment: string) =>
    `${pathOfThread(thread)}/comments/${encodeURIComponent(comment)}`;

  const call = <T>(request: Omit<Call<T>, 'signal'>, { signal }: CallOptions = {}) =>
    callApi(api, { ...request, signal });
  const settle = (thread: string, resolved: boolean, options?: CallOptions) =>
    call({ method: 'PATCH', path: pathOfThread(thread), body: { resolved, guest }, read: readThread }, options);
  const after = { met: whenTextSaved, missed: textNotSaved };

  return {
    document,
    threads,
    status: room.status,
    setPerson: ({ name }) => {
      guest = name;
    },
    whenLoaded: (options) => room.whenLoaded(options),
    you: (options) =>
      call(
        { method: 'GET', path: `${path}?limit=1`, read: async (answer) => threadListShape(await answer.json()).you },
        options,
      ),
    start(text, range, options) {
      if (range === undefined) return call({ method: 'POST', path, body: { text, guest }, read: readThread }, options);
      const body = { text, guest, anchor: encodeRange(range) };
      return call({ method: 'POST', path, body, after, read: readThread }, options);
    },
    reply: (thread, text, options) =>
      call(
        { method: 'POST', path: `${pathOfThread(thread)}/comments`, body: { text, guest }, read: readComment },
        options,
      ),
    change: (thread, comment, text, options) =>
      call({ method: 'PATCH', path: pathOfComment(thread, comment), body: { text }, read: readComment }, options),
    withdraw: (thread, comment, options) =>
      call({ method: 'DELETE', path: pathOfComment(thread, comment), read: readNothing }, options),
    resolve: (thread, options) => settle(thread, true, options),
    reopen: (thread, options) => settle(thread, false, options),
    remove: (thread, options) => call({ method: 'DELETE', path: pathOfThread(thread), read: readNothing }, options),
    anchor(thread, range, options) {
      const body = encodeRange(range);
      return call({ method: 'PUT', path: `${pathOfThread(thread)}/anchor`, body, after, read: readThread }, options);
    },
    unanchor: (thread, options) =>
      call({ method: 'DELETE', path: `${pathOfThread(thread)}/anchor`, read: readNothing }, options),
    leave() {
      map.unobserveDeep(follow);
      room.leave();
    },
  };
}

function textNotSaved(): QuireError {
  return new QuireError(
    'not-saved',
    'The text that this is about is not saved yet, so nothing was sent. Try again once it is.',
  );
}

/** Oldest first; a thread of a newer server that looks otherwise is passed over. */
function readThreads(map: Y.Map<unknown>): readonly Thread[] {
  const threads = Object.values(map.toJSON()).flatMap((thread) => tryRead(threadShape, thread) ?? []);
  return threads.sort((one, other) => Date.parse(one.created) - Date.parse(other.created));
}

function encodeRange({ start, end }: TextRange): Anchor {
  return { start: encodePosition(start), end: encodePosition(end) };
}

function encodePosition(position: Y.RelativePosition): string {
  return toBase64(Y.encodeRelativePosition(position));
}

async function readThread(answer: Response) {
  return threadShape(await answer.json());
}

async function readComment(answer: Response) {
  return commentShape(await answer.json());
}

async function readNothing(): Promise<void> {}
