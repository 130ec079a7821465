import type { Comment, CommentAuthor, Thread } from '@quire/protocol/wire';
import { listOf, objectOf, orNull, text, time } from './shape.ts';

export const authorFields = { id: text, name: text };
const authorShape = objectOf<CommentAuthor>(authorFields);
export const commentShape = objectOf<Comment>({
  id: text,
  author: authorShape,
  time,
  edited: orNull(time),
  text,
});
export const threadShape = objectOf<Thread>({
  id: text,
  author: authorShape,
  created: time,
  quote: text,
  resolved: orNull(objectOf<NonNullable<Thread['resolved']>>({ by: authorShape, time })),
  comments: listOf(commentShape),
});
