import type { Holdings } from '@quire/persistence';
import { type Announcement, AnnouncementError, encodeAnnouncement } from './announcement.ts';
import { NO_SPANS, type Spans, subtractSpans } from './spans.ts';
import { type Heard, isComplete } from './watch.ts';

/** No digest is like it: whoever reads it knows that there is more. */
const LEFT_OUT = 'left out';

/** What a node said last, with everything that is known of it: for the file, where there is room for it. */
export function fullWord(heard: Heard): Announcement {
  const { announcement, holdings } = heard;
  return { ...announcement, holdings, digest: isComplete(heard) ? '' : announcement.digest };
}

/**
 * The same for another node. Where it is more than that one would read, what is left out is what this node holds as well: that it
 * says for itself in the same answer, so that nothing is lost sight of that only the other one has (R12).
 *
 * @returns null where there is more than can be said: who lacks it has to wait for that node itself
 */
export function tellWord(heard: Heard, ours: Holdings): Uint8Array | null {
  const word = fullWord(heard);
  return tryEncode(word) ?? tryEncode({ ...word, holdings: beyond(word.holdings, ours), digest: LEFT_OUT });
}

function tryEncode(word: Announcement): Uint8Array | null {
  try {
    return encodeAnnouncement(word);
  } catch (error) {
    if (error instanceof AnnouncementError) return null;
    throw error;
  }
}

/** The incarnations of which there is more than is held here. */
function beyond(holdings: Holdings, ours: Holdings): Map<string, Spans> {
  return new Map([...holdings].filter(([each, spans]) => subtractSpans(spans, ours.get(each) ?? NO_SPANS).length > 0));
}
