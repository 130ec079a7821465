import type { LinkKeeper } from '../auth/share-links.ts';
import type { Logger } from '../observability/log.ts';
import type { DocumentEditor } from './documents.ts';

/** Has the links of a document end with it. They do so by themselves (R14): here what is left of them is taken away. */
export function endLinksWith(
  editor: DocumentEditor,
  links: Pick<LinkKeeper, 'forgetLost'>,
  log: Logger,
): DocumentEditor {
  return {
    edit: (name, author, change) => editor.edit(name, author, change),
    async delete(name) {
      await editor.delete(name);
      try {
        await links.forgetLost(name);
      } catch (error) {
        log.warn({ err: error, document: name }, 'links of a deleted document stay in the registry, and open nothing');
      }
    },
  };
}
