import { type ContentFormat, contentTypes } from '@quire/protocol';

/** The format that a media type is of; null for all others. */
export function formatOfType(type: string): ContentFormat | null {
  const essence = type.split(';')[0]?.trim().toLowerCase();
  const found = Object.entries(contentTypes).find(([, each]) => each === essence);
  return found === undefined ? null : (found[0] as ContentFormat);
}
