import {
  describeDifference,
  joinWithHocuspocus,
  joinWithYWebsocket,
  readerServerProgram,
  type ServerProcess,
  startServer,
  until,
  writerToken,
} from '@quire/testing';
import * as Y from 'yjs';
import { findComplaints } from '../soak/log-complaints.ts';
import type { FuzzRun } from './fuzz-run.ts';
import { documentsOfIntruders, innocentDocumentAt, type Script } from './session-script.ts';
import { Siege } from './siege.ts';
import type { Tally } from './tally.ts';

export interface ReaderResult {
  readonly tally: Tally;
  /** Documents that are no longer what their writer left, and how they differ. */
  readonly changed: readonly string[];
  readonly faults: readonly string[];
}

/** Lets the same intruders into documents that they may read and not write. */
export async function runReaders({ seed, frames, signal, say }: Omit<FuzzRun, 'measured'>): Promise<ReaderResult> {
  const server = await startServer({ program: readerServerProgram });
  try {
    const written = await writeDocuments(server);
    const siege = new Siege({ server, seed, say, takesPart: isForReaders, deleteDocument: () => Promise.resolve() });
    while (!siege.hasSent(frames)) await siege.goOn(frames, signal);
    const changed: string[] = [];
    for (const [document, doc] of written) {
      const reader = joinWithYWebsocket(server.wsUrl, document);
      await until(() => reader.provider.synced, { what: `${document} does not open any more` });
      const difference = describeDifference(doc, reader.doc, ['its writer', 'whoever reads it']);
      if (difference !== null) changed.push(`${document}:\n${difference}`);
      reader.leave();
    }
    await server.stop().catch((error: Error) => siege.accuse(error.message));
    for (const complaint of findComplaints(server.log)) siege.accuse(complaint);
    return { tally: siege.tally, changed, faults: siege.faults };
  } finally {
    await server.stop().catch(() => {});
  }
}

/** Nothing of a reader is ever saved, and limits are the usual ones: whoever waits for either waits for long. */
function isForReaders({ shape, steps }: Script): boolean {
  return shape !== 'says nothing' && steps.every(({ kind }) => kind !== 'be saved' && kind !== 'stop reading');
}

async function writeDocuments(server: ServerProcess): Promise<ReadonlyMap<string, Y.Doc>> {
  const written = new Map<string, Y.Doc>();
  for (const document of [innocentDocumentAt(0), ...documentsOfIntruders]) {
    const writer = joinWithHocuspocus(server.wsUrl, document, { token: writerToken });
    await until(() => writer.provider.synced, { what: `the writer of ${document} is not let in` });
    writer.doc.getText('body').insert(0, document);
    writer.doc.getMap('keys').set('a', new Y.Map([['inner', document]]));
    await until(() => !writer.provider.hasUnsyncedChanges, { what: `${document} is not saved` });
    writer.leave();
    written.set(document, writer.doc);
  }
  return written;
}
