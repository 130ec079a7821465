import {
  type Comment,
  type CommentAuthor,
  type Problem,
  roles,
  type Thread,
  type ThreadList,
} from '@quire/protocol/wire';
import { count, listOf, objectOf, oneOf, orNull, text, time } from './shape.ts';

const authorFields = { id: text, name: text };
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
export const threadListShape = objectOf<ThreadList>({
  threads: listOf(threadShape),
  next: orNull(text),
  you: objectOf<ThreadList['you']>({ ...authorFields, role: oneOf(roles) }),
});

export const problemShape = objectOf<Problem>({ type: text, title: text, status: count, code: text, detail: text });
