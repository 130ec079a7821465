export interface PresenceColor {
  readonly name: string;
  readonly value: string;
}

/** A person's colour carries white text on avatars and labels, so each has a contrast of at least 5.3:1 with white. */
export const presenceColors: readonly PresenceColor[] = [
  { name: 'Violet', value: '#7c3aed' },
  { name: 'Rust', value: '#b0430a' },
  { name: 'Blue', value: '#0f67b8' },
  { name: 'Rose', value: '#be185d' },
  { name: 'Teal', value: '#0c7079' },
  { name: 'Green', value: '#2c7430' },
  { name: 'Indigo', value: '#4650dd' },
  { name: 'Plum', value: '#9c27a6' },
  { name: 'Bronze', value: '#7d5a12' },
  { name: 'Slate', value: '#4b5c70' },
];

const NEUTRAL_COLOR = '#4b5c70';
const hexColor = /^#[0-9a-f]{6}$/i;

/** Colours of other people come from the wire: whatever is not a plain colour is shown as neutral. */
export function safeColor(color: unknown): string {
  return typeof color === 'string' && hexColor.test(color) ? color : NEUTRAL_COLOR;
}

/** A colour for somebody who has chosen none, by whatever number they have. */
export function colorFor(number: number): string {
  return presenceColors[Math.abs(number) % presenceColors.length]?.value ?? NEUTRAL_COLOR;
}
