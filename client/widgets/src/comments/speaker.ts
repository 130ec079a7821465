import type { Comments, Speaker } from '@quire/client';

export interface SpeakerWatch {
  /** Null until the server has said so. */
  readonly speaker: Speaker | null;
  /** Something speaks for there being an answer now. */
  nudge(): void;
}

/**
 * Who this person is to the server, and what they may do: asked when they are let in, again when the server says that this has
 * changed, and while there is no answer whenever there may be one.
 */
export function watchSpeaker(comments: Comments, signal: AbortSignal, onKnown: () => void): SpeakerWatch {
  let speaker: Speaker | null = null;
  let askedAt = -1;
  let isAsking = false;

  const ask = async () => {
    const { admissions } = comments.status.get();
    if (isAsking || admissions === 0 || (speaker !== null && askedAt === admissions)) return;
    isAsking = true;
    try {
      const answer = await comments.you();
      askedAt = admissions;
      speaker = answer;
    } catch {
      // What is known stays, or nothing is: what needs it is not offered.
    }
    isAsking = false;
    if (signal.aborted) return;
    onKnown();
    // It was let in anew while it was asked.
    if (speaker !== null && askedAt !== comments.status.get().admissions) void ask();
  };
  const stop = comments.status.subscribe(() => void ask());
  signal.addEventListener('abort', stop, { once: true });
  void ask();

  return {
    get speaker() {
      return speaker;
    },
    nudge: () => void ask(),
  };
}
