import { CONTENT_FRAGMENT, documentExtensions } from '@quire/widgets/document';
import { getHTMLFromFragment, getSchema } from '@tiptap/core';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import type { Doc } from 'yjs';

/** The text of a document that no editor shows, as the editor would show it. */
export function renderContent(doc: Doc): string {
  const schema = getSchema(documentExtensions());
  const root = yXmlFragmentToProseMirrorRootNode(doc.getXmlFragment(CONTENT_FRAGMENT), schema);
  return getHTMLFromFragment(root.content, schema);
}
