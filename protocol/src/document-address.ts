import { COMMENTS_PREFIX, type DocumentName } from './document-name.ts';

/**
 * What a name leads to. Comments on a document are a document of their own, so that whoever may comment can write there
 * and nowhere else; who may do what in it follows from the role in the document that is commented on.
 */
export type DocumentAddress =
  | { readonly kind: 'document'; readonly document: DocumentName }
  | { readonly kind: 'comments'; readonly document: DocumentName };

export function parseDocumentAddress(name: DocumentName): DocumentAddress {
  if (!name.startsWith(COMMENTS_PREFIX)) return { kind: 'document', document: name };
  return { kind: 'comments', document: name.slice(COMMENTS_PREFIX.length) as DocumentName };
}

/** The name of what goes with a document. @param document one of its own: comments have no comments */
export function companionOf(document: DocumentName, kind: 'comments'): DocumentName {
  switch (kind) {
    case 'comments':
      return `${COMMENTS_PREFIX}${document}` as DocumentName;
    default:
      return kind satisfies never;
  }
}
