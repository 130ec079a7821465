import type { DocumentName } from '@quire/protocol';
import type { LinkKeeper } from '../auth/share-links.ts';
import type { DocumentBin } from '../bin/document-bin.ts';
import { Unconfirmed } from '../collab/confirmation.ts';
import type { Logger } from '../observability/log.ts';
import type { DocumentEditor } from './documents.ts';

/** Has the links of a document end with it, and its mark in the bin. They do so by themselves (R14): here what is left of them is taken away. */
export function endLinksWith(
  editor: DocumentEditor,
  rules: { readonly links: Pick<LinkKeeper, 'forgetLost'>; readonly bin: Pick<DocumentBin, 'forgetLost'> },
  log: Logger,
): DocumentEditor {
  async function forget(name: DocumentName): Promise<void> {
    try {
      await rules.links.forgetLost(name);
      await rules.bin.forgetLost(name);
    } catch (error) {
      log.warn(
        { err: error, document: name },
        'what was known of a deleted document stays in the registry, and means nothing',
      );
    }
  }

  return {
    edit: (name, author, change, storing) => editor.edit(name, author, change, storing),
    async delete(name, storing) {
      try {
        await editor.delete(name, storing);
      } catch (error) {
        // It is deleted all the same; and whoever asked for it has waited long enough.
        if (error instanceof Unconfirmed) void forget(name);
        throw error;
      }
      await forget(name);
    },
  };
}
