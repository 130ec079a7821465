import { MAX_NOTICES, type Notice, type Notices, parseNotice } from './notices.ts';

/** What this device remembers of notices. */
export interface NoticeStore {
  readonly key: string;
  load(): Notices;
  save(notices: Notices): void;
}

/** Where they lie: nobody sees on a shared device what another person was told, nor of another document. */
export function noticesKey(place: {
  readonly server: string;
  readonly document: string;
  readonly person: string;
}): string {
  return `quire:notices:${JSON.stringify([place.server, place.document, place.person])}`;
}

/** @param storage left out where a page may keep nothing: then notices last as long as the page */
export function openNoticeStore(
  storage: Pick<Storage, 'getItem' | 'setItem'> | undefined,
  key: string,
  base: string,
): NoticeStore {
  return {
    key,
    load: () => decode(attempt(() => storage?.getItem(key)) ?? null, base),
    save: (notices) => attempt(() => storage?.setItem(key, JSON.stringify(notices))),
  };
}

/** A device that is full, or a browser that keeps nothing, is no reason to show nothing. */
function attempt<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}

/** Other scripts of the page can write there, too: it is read as if it came from the network. */
function decode(text: string | null, base: string): Notices {
  const all: unknown = attempt(() => JSON.parse(text ?? '[]'));
  if (!Array.isArray(all)) return [];
  return all.slice(0, MAX_NOTICES).flatMap((each: unknown) => decodeNotice(each, base) ?? []);
}

function decodeNotice(value: unknown, base: string): Notice | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, at, isRead } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof at !== 'number' || !Number.isFinite(at)) return null;
  const notice = parseNotice(value, { id, at }, base);
  return notice === null ? null : { ...notice, isRead: isRead === true };
}
