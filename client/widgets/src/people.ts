export { initialsOf } from './base/initials.ts';
export { colorFor, type PresenceColor, presenceColors, safeColor } from './base/presence-colors.ts';
