/** Somebody whom the server knows. */
export interface Account {
  readonly name: string;
}

/**
 * Who has signed in, as the server calls them; null for a guest, and where it does not say. By itself: the client's own
 * `client.api` would load the schemas of the whole API for a name.
 *
 * @param token of this page; empty: the server may know this browser by a cookie
 */
export async function fetchAccount(token: string, signal: AbortSignal): Promise<Account | null> {
  const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch('/v1/me', { headers, signal });
  return response.ok ? parseAccount(await response.json()) : null;
}

export function parseAccount(answer: unknown): Account | null {
  if (typeof answer !== 'object' || answer === null || !('user' in answer)) return null;
  const { user } = answer;
  if (typeof user !== 'object' || user === null || !('name' in user) || typeof user.name !== 'string') return null;
  return { name: user.name };
}
