import type { CommentAuthor, Speaker, Thread } from '@quire/client';

export const filters = ['open', 'resolved', 'all'] as const;
export type ThreadFilter = (typeof filters)[number];

export function readFilter(value: string | null): ThreadFilter {
  return filters.find((filter) => filter === value) ?? 'open';
}

export function filterThreads(threads: readonly Thread[], filter: ThreadFilter): readonly Thread[] {
  switch (filter) {
    case 'open':
      return threads.filter(({ resolved }) => resolved === null);
    case 'resolved':
      return threads.filter(({ resolved }) => resolved !== null);
    case 'all':
      return threads;
    default:
      return filter satisfies never;
  }
}

/** What somebody may do with a comment, as the server will judge it. */
export interface Rights {
  readonly mayChange: boolean;
  readonly mayWithdraw: boolean;
}

/** Who somebody is may not be known yet, or not be told: then nothing is theirs. */
export function rightsOf(author: CommentAuthor, speaker: Speaker | null, mayComment: boolean): Rights {
  const isMine = mayComment && speaker !== null && author.id === speaker.id;
  const mayEdit = speaker?.role === 'editor' || speaker?.role === 'owner';
  return { mayChange: isMine, mayWithdraw: isMine || (mayComment && mayEdit) };
}
