import type { PersonDetails } from '@quire/client';
import { presenceColors } from '@quire/widgets/people';
import { createSetting, openStorage, type Setting } from '../settings/setting.ts';
import { inventGuestName, pick } from './guest-name.ts';

export const MAX_GUEST_NAME_LENGTH = 40;

/** Who this person is in everybody else's eyes, as long as the server asks for no sign-in. */
export const guest: Setting<PersonDetails> = createSetting({
  key: 'quire.person',
  storage: openStorage(),
  parse: parseGuest,
  initial: () => inventGuest(Math.random),
  otherTabs: globalThis.window,
});

export function inventGuest(random: () => number): PersonDetails {
  return { name: inventGuestName(random), color: pick(presenceColors, random).value };
}

export function parseGuest(stored: string): PersonDetails | null {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('name' in value) || !('color' in value)) return null;
  const { name, color } = value;
  if (typeof name !== 'string' || !presenceColors.some((known) => known.value === color)) return null;
  const trimmed = tidyGuestName(name);
  return trimmed === '' ? null : { name: trimmed, color: color as string };
}

export function tidyGuestName(name: string): string {
  return [...name.replace(/[\p{Cc}\s]+/gu, ' ').trim()].slice(0, MAX_GUEST_NAME_LENGTH).join('').trim();
}
