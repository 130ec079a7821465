import { randomBytes } from 'node:crypto';
import { type Comment, THREADS_MAP, type Thread, threadSchema } from '@quire/protocol';
import * as Y from 'yjs';
import { ApiError } from '../problems.ts';

const ID_BYTES = 9;

/** So that neither collide, nor can be guessed by whoever has not seen them. */
export function randomThreadId(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}

/** A thread as it lies in the companion document: whatever is said in it is only ever put there by this server. */
export interface StoredThread {
  readonly thread: Thread;
  readonly fields: Y.Map<unknown>;
}

/** Oldest first. What is no thread, which only a program that embeds this server could put there, is passed over. */
export function readThreads(companion: Y.Doc): Thread[] {
  const stored = [...threadsOf(companion).values()].flatMap((fields) => readThread(fields)?.thread ?? []);
  return stored.sort((one, other) => Date.parse(one.created) - Date.parse(other.created));
}

export function countThreads(companion: Y.Doc): number {
  return threadsOf(companion).size;
}

/** @throws {ApiError} `unknown-thread` */
export function findThread(companion: Y.Doc, id: string): StoredThread {
  const found = readThread(threadsOf(companion).get(id));
  if (found === null)
    throw new ApiError('unknown-thread', `There is no thread "${id}" in the comments on this document`);
  return found;
}

/** @throws {ApiError} `unknown-comment` */
export function findComment({ thread }: StoredThread, id: string): Comment {
  const found = thread.comments.find((comment) => comment.id === id);
  if (found === undefined) throw new ApiError('unknown-comment', `There is no comment "${id}" in this thread`);
  return found;
}

export function putThread(companion: Y.Doc, { comments, ...fields }: Thread): void {
  const map = mapOf(fields);
  const list = new Y.Array<Y.Map<unknown>>();
  list.push(comments.map(mapOf));
  map.set('comments', list);
  threadsOf(companion).set(fields.id, map);
}

export function dropThread(companion: Y.Doc, id: string): void {
  threadsOf(companion).delete(id);
}

export function putComment({ fields }: StoredThread, comment: Comment): void {
  commentsOf(fields).push([mapOf(comment)]);
}

export function changeComment(stored: StoredThread, id: string, change: Pick<Comment, 'text' | 'edited'>): void {
  const index = indexOf(stored, id);
  const comment = commentsOf(stored.fields).get(index);
  for (const [key, value] of Object.entries(change)) comment.set(key, value);
}

export function dropComment(stored: StoredThread, id: string): void {
  commentsOf(stored.fields).delete(indexOf(stored, id));
}

function threadsOf(companion: Y.Doc): Y.Map<Y.Map<unknown>> {
  return companion.getMap<Y.Map<unknown>>(THREADS_MAP);
}

function commentsOf(fields: Y.Map<unknown>): Y.Array<Y.Map<unknown>> {
  return fields.get('comments') as Y.Array<Y.Map<unknown>>;
}

function indexOf({ fields }: StoredThread, id: string): number {
  return commentsOf(fields)
    .toArray()
    .findIndex((comment) => comment.get('id') === id);
}

function readThread(fields: unknown): StoredThread | null {
  if (!(fields instanceof Y.Map)) return null;
  const parsed = threadSchema.safeParse(fields.toJSON());
  return parsed.success ? { thread: parsed.data, fields } : null;
}

function mapOf(fields: object): Y.Map<unknown> {
  return new Y.Map(Object.entries(fields));
}
