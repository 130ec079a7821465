import type { DocumentStore, Entry } from '@quire/persistence';
import type { Want } from './peer-link.ts';
import { bytesOf } from './publisher.ts';

const ENTRIES_AT_ONCE = 1_000;
/** However small entries are: an answer has an end. */
const MAX_ENTRIES = 20_000;

/**
 * Some of what a peer wants, at least one where anything is held. A record that can't be read is passed over while there are
 * others to give: another node may have it.
 *
 * @throws what the store threw, when that is all there is to say
 */
export async function serveEntries(
  store: Pick<DocumentStore, 'entries'>,
  wants: readonly Want[],
  maxBytes: number,
): Promise<readonly Entry[]> {
  const served: Entry[] = [];
  let bytes = 0;
  let failure: unknown = null;
  for (const { incarnation, spans } of wants) {
    for (const { first, last } of spans) {
      for (let after = first - 1; after < last && bytes < maxBytes && served.length < MAX_ENTRIES; ) {
        let some: readonly Entry[];
        try {
          const maxMore = maxBytes - bytes;
          some = await store.entries({ incarnation, after, upTo: last, limit: ENTRIES_AT_ONCE, maxBytes: maxMore });
        } catch (error) {
          failure = error;
          break;
        }
        const end = some.at(-1);
        if (end === undefined) break;
        const more = bytesOf(some);
        // The store gives one however large it is; a second one that large can wait for the next answer.
        if (served.length > 0 && bytes + more > maxBytes) return served;
        served.push(...some);
        bytes += more;
        after = end.id.sequence;
      }
    }
  }
  if (served.length === 0 && failure !== null) throw failure;
  return served;
}
