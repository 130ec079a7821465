const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact' });

/** How many more people are here than there is room to show, for who hears it. */
export function nameMore(count: number): string {
  return `${whole.format(count)} more ${count === 1 ? 'person' : 'people'}`;
}

/** The same beside the avatars, where a phone has no room for a thousand and one. */
export function shortenMore(count: number): string {
  return `+${short.format(count)}`;
}
