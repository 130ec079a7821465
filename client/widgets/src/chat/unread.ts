/** What somebody has not read yet. */
export interface Unread {
  readonly count: number;
  /** The message above which the divider stands. It stays there while they read on, and goes when they answer. */
  readonly first: string | null;
}

export const nothingUnread: Unread = { count: 0, first: null };

/** @param isSeen they are looking at the end of the log while it comes */
export function arrive(
  unread: Unread,
  message: { readonly key: string; readonly isMine: boolean },
  isSeen: boolean,
): Unread {
  if (message.isMine) return nothingUnread;
  if (isSeen) return see(unread);
  return unread.count === 0 ? { count: 1, first: message.key } : { ...unread, count: unread.count + 1 };
}

/** They have seen the end of the log. */
export function see(unread: Unread): Unread {
  return unread.count === 0 ? unread : { ...unread, count: 0 };
}
