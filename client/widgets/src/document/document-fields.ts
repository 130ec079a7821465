/** Where things live in a document's Y.Doc; the server's index reads the title from the same place. */
export const CONTENT_FRAGMENT = 'default';
export const META_MAP = 'meta';
export const TITLE_KEY = 'title';
