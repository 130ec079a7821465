import type { ListQuery } from '@quire/persistence';
import type { DocumentInfo, DocumentList, DocumentName } from '@quire/protocol';
import type { Access } from '../auth/authenticator.ts';
import type { Documents } from './documents.ts';

/** Pages of other people's documents that one request may go through; it answers with what it found, and where to go on. */
const MAX_PAGES = 20;

/** Of documents that one search may look at, which takes longer than others wait for their turn. */
const MAX_SEARCHED = 5_000;

/**
 * Of the documents that there are, those that somebody may read: a page may hold fewer than were asked for, even none.
 *
 * @param search words that their titles hold; with none, they may be called what they like
 */
export async function listVisible(
  documents: Documents,
  query: ListQuery,
  access: Access,
  search = '',
): Promise<DocumentList> {
  const words = wordsOf(search);
  const isWanted = (document: DocumentInfo): boolean =>
    access.roleIn(document.name as DocumentName) !== null && holdsAll(document.title, words);
  return words.length === 0 ? firstPageWithAny(documents, query, isWanted) : searchFrom(documents, query, isWanted);
}

async function firstPageWithAny(
  documents: Documents,
  query: ListQuery,
  isWanted: (document: DocumentInfo) => boolean,
): Promise<DocumentList> {
  let page = await documents.list(query);
  for (let pages = 1; ; pages += 1) {
    const visible = page.documents.filter(isWanted);
    if (visible.length > 0 || page.next === null || pages === MAX_PAGES) return { documents: visible, next: page.next };
    page = await documents.list({ ...query, after: page.next });
  }
}

/** Goes on until it has found about as many as were asked for: most documents are called something else. */
async function searchFrom(
  documents: Documents,
  query: ListQuery,
  isWanted: (document: DocumentInfo) => boolean,
): Promise<DocumentList> {
  const { limit = 50 } = query;
  const found: DocumentInfo[] = [];
  let after = query.after;
  for (let searched = 0; ; ) {
    // Never more than there is room for: where a page ends is where the next one begins.
    const size = limit - found.length;
    const page = await documents.list({ ...query, limit: size, ...(after === undefined ? {} : { after }) });
    searched += size;
    found.push(...page.documents.filter(isWanted));
    // With half of them there are enough: for the last few, ever smaller pages would be looked at.
    const isEnough = found.length * 2 >= limit || searched >= MAX_SEARCHED;
    if (page.next === null || isEnough) return { documents: found, next: page.next };
    after = page.next;
  }
}

function wordsOf(search: string): readonly string[] {
  return fold(search)
    .split(/\s+/)
    .filter((word) => word !== '');
}

function holdsAll(title: string, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const folded = fold(title);
  return words.every((word) => folded.includes(word));
}

/** Whatever the case, and whichever of several code points a letter is written with. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
