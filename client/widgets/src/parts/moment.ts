/** The time of something of today, else with its day: as short as it can be told apart. */
export function formatMoment(at: number, now: number, locale: string | undefined): string {
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const [moment, today] = [new Date(at), new Date(now)];
  if (moment.toDateString() === today.toDateString()) return moment.toLocaleTimeString(locale, time);
  const year = moment.getFullYear() === today.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return moment.toLocaleString(locale, { ...year, month: 'short', day: 'numeric', ...time });
}
