import { type Anchor, cutText, MAX_GUEST_NAME_LENGTH } from '@quire/protocol/wire';
import { toBase64 } from 'lib0/buffer';
import * as Y from 'yjs';
import { threadListSpeakerShape } from './answers.ts';
import type { CallOptions, CommentCalls, TextRange } from './api.ts';
import { type ApiOptions, type Call, callApi, pathOf } from './api-call.ts';
import { QuireError } from './errors.ts';
import { commentShape, threadShape } from './thread-answers.ts';

export interface CommentCallsOptions {
  /** The document that is commented on. */
  readonly document: string;
  readonly api: ApiOptions;
  /** What somebody is called whom no token names. */
  readonly findGuest: () => string | undefined;
  /** Resolves once the server knows all that has been written here: a range may be about the last of it. */
  readonly whenTextSaved: (signal: AbortSignal) => Promise<void>;
}

/** Threads are written over HTTP: the server says who wrote them, and when. */
export function createCommentCalls({ document, api, findGuest, whenTextSaved }: CommentCallsOptions): CommentCalls {
  const path = `${pathOf(document)}/threads`;
  const pathOfThread = (thread: string) => `${path}/${encodeURIComponent(thread)}`;
  const pathOfComment = (thread: string, comment: string) =>
    `${pathOfThread(thread)}/comments/${encodeURIComponent(comment)}`;

  const call = <T>(request: Omit<Call<T>, 'signal'>, { signal }: CallOptions = {}) =>
    callApi(api, { ...request, signal });
  const signed = (body: object) => {
    const name = findGuest();
    return name === undefined ? body : { ...body, guest: cutText(name, MAX_GUEST_NAME_LENGTH) };
  };
  const settle = (thread: string, resolved: boolean, options?: CallOptions) =>
    call({ method: 'PATCH', path: pathOfThread(thread), body: signed({ resolved }), read: readThread }, options);
  const after = { met: whenTextSaved, missed: textNotSaved };

  return {
    you: (options) => call({ method: 'GET', path: `${path}?limit=1`, read: readSpeaker }, options),
    start(text, range, options) {
      if (range === undefined) return call({ method: 'POST', path, body: signed({ text }), read: readThread }, options);
      const body = signed({ text, anchor: encodeRange(range) });
      return call({ method: 'POST', path, body, after, read: readThread }, options);
    },
    reply: (thread, text, options) =>
      call(
        { method: 'POST', path: `${pathOfThread(thread)}/comments`, body: signed({ text }), read: readComment },
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
  };
}

function textNotSaved(): QuireError {
  return new QuireError(
    'not-saved',
    'The text that this is about is not saved yet, so nothing was sent. Try again once it is.',
  );
}

function encodeRange({ start, end }: TextRange): Anchor {
  return { start: encodePosition(start), end: encodePosition(end) };
}

function encodePosition(position: Y.RelativePosition): string {
  return toBase64(Y.encodeRelativePosition(position));
}

/** Not the thread beside it, which a newer server may write otherwise. */
async function readSpeaker(answer: Response) {
  return threadListSpeakerShape(await answer.json()).you;
}

async function readThread(answer: Response) {
  return threadShape(await answer.json());
}

async function readComment(answer: Response) {
  return commentShape(await answer.json());
}

async function readNothing(): Promise<void> {}
