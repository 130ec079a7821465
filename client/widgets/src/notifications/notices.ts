export const severities = ['info', 'success', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

/** What somebody is told. */
export interface Notice {
  /** Of the event. */
  readonly id: string;
  readonly title: string;
  /** Empty where there is nothing more to say. */
  readonly body: string;
  /** Where it leads to, checked; null where it leads nowhere. */
  readonly href: string | null;
  readonly severity: Severity;
  readonly at: number;
  readonly isRead: boolean;
}

/** The newest first. */
export type Notices = readonly Notice[];

/** Nobody reads further back. */
export const MAX_NOTICES = 50;
const MAX_TITLE_LENGTH = 200;
const MAX_BODY_LENGTH = 1_000;
const MAX_HREF_LENGTH = 2_000;

/** What an event says; null where it says nothing. */
export function parseNotice(
  data: unknown,
  event: { readonly id: string; readonly at: number },
  base: string,
): Notice | null {
  if (typeof data !== 'object' || data === null) return null;
  const { title, body, href, severity } = data as Readonly<Record<string, unknown>>;
  if (typeof title !== 'string' || title.trim() === '') return null;
  return {
    id: event.id,
    title: cut(title.trim(), MAX_TITLE_LENGTH),
    body: typeof body === 'string' ? cut(body.trim(), MAX_BODY_LENGTH) : '',
    href: checkHref(href, base),
    severity: severities.find((each) => each === severity) ?? 'info',
    at: event.at,
    isRead: false,
  };
}

/** An address that a click may open. Anything else, such as `javascript:`, would run as the page. */
export function checkHref(href: unknown, base: string): string | null {
  if (typeof href !== 'string' || href === '' || href.length > MAX_HREF_LENGTH || !URL.canParse(href, base))
    return null;
  const url = new URL(href, base);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}

export function addNotice(notices: Notices, notice: Notice): Notices {
  if (notices.some(({ id }) => id === notice.id)) return notices;
  return [notice, ...notices].slice(0, MAX_NOTICES);
}

export function markRead(notices: Notices, id: string): Notices {
  return notices.map((notice) => (notice.id === id ? { ...notice, isRead: true } : notice));
}

export function markAllRead(notices: Notices): Notices {
  return notices.map((notice) => ({ ...notice, isRead: true }));
}

export function countUnread(notices: Notices): number {
  return notices.filter(({ isRead }) => !isRead).length;
}

/** What two tabs know together: what was read in one of them is read. */
export function mergeNotices(one: Notices, other: Notices): Notices {
  const byId = new Map<string, Notice>();
  for (const notice of [...one, ...other]) {
    const isRead = notice.isRead || byId.get(notice.id)?.isRead === true;
    byId.set(notice.id, { ...notice, isRead });
  }
  return [...byId.values()].sort((a, b) => b.at - a.at).slice(0, MAX_NOTICES);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}
