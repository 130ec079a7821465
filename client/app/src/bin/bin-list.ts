import type { BinnedDocument, DocumentsApi } from '@quire/client';

export interface BinPage {
  /** The latest deleted first. */
  readonly documents: readonly BinnedDocument[];
  /** Where the next page starts; null when all are here. */
  readonly next: string | null;
}

export const BIN_PAGE_SIZE = 50;
/** What the API gives at once at most. */
const MAX_PAGE_SIZE = 200;

/** What was deleted of the documents that this person owns. */
export function listBin(api: DocumentsApi, after: string | null, signal: AbortSignal): Promise<BinPage> {
  const from = after === null ? {} : { after };
  return api.listBin({ limit: BIN_PAGE_SIZE, ...from, signal });
}

/** Whether a document is in the bin, and this person may take it out. */
export async function isRestorable(api: DocumentsApi, name: string, signal: AbortSignal): Promise<boolean> {
  let after: string | null = null;
  do {
    const from: { readonly after?: string } = after === null ? {} : { after };
    const page: BinPage = await api.listBin({ limit: MAX_PAGE_SIZE, ...from, signal });
    if (page.documents.some((document) => document.name === name)) return true;
    after = page.next;
  } while (after !== null);
  return false;
}
