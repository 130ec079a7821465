import type { LinkRole, ShareLink } from '@quire/client';

/** What a link lets people do, as the end of "Whoever has the link …". */
export const abilities = {
  reader: 'can view',
  commenter: 'can comment',
  editor: 'can edit',
} as const satisfies Record<LinkRole, string>;

const HOUR_MS = 3_600_000;

/** How long a new link may last. */
export const lifetimes = [
  { id: 'always', label: 'When it is revoked', hours: null },
  { id: 'day', label: 'In a day', hours: 24 },
  { id: 'week', label: 'In a week', hours: 7 * 24 },
  { id: 'month', label: 'In 30 days', hours: 30 * 24 },
] as const;

export type Lifetime = (typeof lifetimes)[number]['id'];

export function describeLink({ role, label }: Pick<ShareLink, 'role' | 'label'>): string {
  return label === '' ? `Whoever has it ${abilities[role]}` : `${label}: ${abilities[role]}`;
}

export function describeEnd(expires: string | null, locale: string): string {
  if (expires === null) return 'lasts until it is revoked';
  return `ends ${new Date(expires).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })}`;
}

/** When a link ends that is made now; undefined: not by itself. */
export function endOf(lifetime: Lifetime, now: number): string | undefined {
  const hours = lifetimes.find(({ id }) => id === lifetime)?.hours ?? null;
  return hours === null ? undefined : new Date(now + hours * HOUR_MS).toISOString();
}
