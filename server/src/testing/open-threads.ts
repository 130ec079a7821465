import { addThreads } from '../api/threads-api.ts';
import { createComments } from '../comments/comments.ts';
import { openGuard } from './open-guard.ts';

/** Comments for everybody, of which nothing that fails is tried again. */
export function addOpenThreads(
  api: Parameters<typeof addThreads>[0],
  core: Pick<Parameters<typeof createComments>[0], 'documents' | 'live' | 'takeTurn'>,
): void {
  const comments = createComments({ ...core, maxAnchorsPerCommenter: 200, now: Date.now, retries: { add() {} } });
  addThreads(api, { comments, guard: openGuard });
}
