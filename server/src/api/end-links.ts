import type { LinkKeeper } from '../auth/share-links.ts';
import type { DocumentBin } from '../bin/document-bin.ts';
import type { Logger } from '../observability/log.ts';
import type { DocumentEditor } from './documents.ts';

/** Has the links of a document end with it, and its mark in the bin. They do so by themselves (R14): here what is left of them is taken away. */
export function endLinksWith(
  editor: DocumentEditor,
  rules: { readonly links: Pick<LinkKeeper, 'forgetLost'>; readonly bin: Pick<DocumentBin, 'forgetLost'> },
  log: Logger,
): DocumentEditor {
  return {
    edit: (name, author, change) => editor.edit(name, author, change),
    async delete(name) {
      await editor.delete(name);
      try {
        await rules.links.forgetLost(name);
        await rules.bin.forgetLost(name);
      } catch (error) {
        log.warn(
          { err: error, document: name },
          'what was known of a deleted document stays in the registry, and means nothing',
        );
      }
    },
  };
}
