import { ReadingPace } from './reading-pace.ts';
import type { Argument } from './redis-line.ts';
import { readLastId, readPage } from './redis-replies.ts';
import { compareStreamIds, STREAM_START } from './stream-id.ts';

/**
 * What a stream holds now, the oldest first. Whoever takes the pages may take long over them, so that each is asked for as it
 * is wanted, over whichever connection there is then.
 *
 * @throws {BusError}
 */
export async function* readPast(
  stream: string,
  call: (command: string, ...args: readonly Argument[]) => Promise<unknown>,
): AsyncGenerator<readonly Uint8Array[]> {
  const end = readLastId(await call('XREVRANGE', stream, '+', '-', 'COUNT', 1));
  if (end === null) return;
  const pace = new ReadingPace();
  let last = STREAM_START;
  while (compareStreamIds(last, end) < 0) {
    const page = readPage(await call('XRANGE', stream, `(${last}`, end, 'COUNT', pace.records));
    // Trimmed meanwhile, or forgotten.
    if (page === null) return;
    pace.took(page.records);
    last = page.lastId;
    if (page.records.length > 0) yield page.records;
  }
}
