import { describeDifference, joinWithHocuspocus, joinWithYWebsocket, type ServerProcess, until } from '@quire/testing';
import * as Y from 'yjs';

/** Something in each of these documents, by somebody who may. */
export async function writeDocuments(
  { wsUrl }: ServerProcess,
  documents: readonly string[],
  token: string,
): Promise<ReadonlyMap<string, Y.Doc>> {
  const written = new Map<string, Y.Doc>();
  for (const document of documents) {
    const writer = joinWithHocuspocus(wsUrl, document, { token });
    await until(() => writer.provider.synced, { what: `the writer of ${document} is not let in` });
    writer.doc.getText('body').insert(0, document);
    writer.doc.getMap('keys').set('a', new Y.Map([['inner', document]]));
    await until(() => !writer.provider.hasUnsyncedChanges, { what: `${document} is not saved` });
    writer.leave();
    written.set(document, writer.doc);
  }
  return written;
}

/** Those that are no longer what their writer left, and how they differ. */
export async function findChanged(
  { wsUrl }: ServerProcess,
  written: ReadonlyMap<string, Y.Doc>,
  token: string,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [document, doc] of written) {
    const reader = joinWithYWebsocket(wsUrl, document, { token });
    await until(() => reader.provider.synced, { what: `${document} does not open any more` });
    const difference = describeDifference(doc, reader.doc, ['its writer', 'whoever reads it']);
    if (difference !== null) changed.push(`${document}:\n${difference}`);
    reader.leave();
  }
  return changed;
}
