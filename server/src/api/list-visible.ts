import type { ListQuery } from '@quire/persistence';
import type { DocumentList, DocumentName } from '@quire/protocol';
import type { Access } from '../auth/authenticator.ts';
import type { Documents } from './documents.ts';

/** Pages of other people's documents that one request may go through; it answers with what it found, and where to go on. */
const MAX_PAGES = 20;

/** Of the documents that there are, those that somebody may read: a page may hold fewer than were asked for, even none. */
export async function listVisible(documents: Documents, query: ListQuery, access: Access): Promise<DocumentList> {
  let page = await documents.list(query);
  for (let pages = 1; ; pages += 1) {
    const visible = page.documents.filter(({ name }) => access.roleIn(name as DocumentName) !== null);
    if (visible.length > 0 || page.next === null || pages === MAX_PAGES) return { documents: visible, next: page.next };
    page = await documents.list({ ...query, after: page.next });
  }
}
