/**
 * How many are in a document of whom nothing but their number is told, because it has more people than
 * `limits.maxListedPeople`. Told in the Hocuspocus dialect, as the JSON of a stateless message; y-websocket has no message
 * that its client would not take for a fault.
 */
export interface Viewers {
  /** Those who are counted. Whoever is told this may be one of them: everybody is told the same. */
  readonly count: number;
  /** Those who are listed: their states are what presence messages bring. */
  readonly listed: number;
}

const TYPE = 'quire.viewers';

export function writeViewers({ count, listed }: Viewers): string {
  return JSON.stringify({ type: TYPE, count, listed });
}

/** Null for what is another message: extensions of the server say in stateless messages what they like. */
export function readViewers(payload: string): Viewers | null {
  // Somebody else's may be long, and need not be JSON.
  if (!payload.includes(TYPE)) return null;
  let message: unknown;
  try {
    message = JSON.parse(payload);
  } catch {
    return null; // not JSON, so not ours
  }
  if (typeof message !== 'object' || message === null) return null;
  const { type, count, listed } = message as { type?: unknown; count?: unknown; listed?: unknown };
  return type === TYPE && isCount(count) && isCount(listed) ? { count, listed } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
