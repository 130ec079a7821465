const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** When something happened, as a person would say it. Clocks differ, so a time slightly ahead is "Just now". */
export function describeTime(then: Date, now: Date, locale: string): string {
  const agoMs = now.getTime() - then.getTime();
  if (agoMs < 45_000) return 'Just now';
  const minutes = Math.round(agoMs / MINUTE_MS);
  if (minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
  const days = daysBetween(then, now);
  const clock = then.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  if (days === 0) return `Today, ${clock}`;
  if (days === 1) return `Yesterday, ${clock}`;
  if (days < 7) return `${then.toLocaleDateString(locale, { weekday: 'long' })}, ${clock}`;
  const sameYear = then.getFullYear() === now.getFullYear();
  return then.toLocaleDateString(locale, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
}

export function describeTimeExactly(then: Date, locale: string): string {
  return then.toLocaleString(locale, { dateStyle: 'full', timeStyle: 'medium' });
}

/** The words are English, so dates follow an English locale: the reader's own where it is one. */
export function chooseDateLocale(languages: readonly string[]): string {
  return languages.find((language) => /^en\b/i.test(language) && isLocale(language)) ?? 'en-GB';
}

/** Browsers pass on what the system calls its language, which may be `en-US@posix`. */
function isLocale(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length > 0;
  } catch {
    return false;
  }
}

function daysBetween(then: Date, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  // Rounded: a day in which the clocks change has 23 or 25 hours.
  return Math.round((midnight(now) - midnight(then)) / DAY_MS);
}
