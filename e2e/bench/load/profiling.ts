import { startProfile } from './inspector.ts';
import type { Target } from './target.ts';

/** Does something to a server and, if that is asked for, keeps a profile of what the server did meanwhile. */
export async function profiled<T>({ inspectorUrl, profilePath }: Target, act: () => Promise<T>): Promise<T> {
  if (inspectorUrl === null || profilePath === null) return act();
  const keep = await startProfile(inspectorUrl);
  const result = await act();
  await keep(profilePath);
  return result;
}
