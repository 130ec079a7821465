import { readerServerProgram, startServer, writerToken } from '@quire/testing';
import { findComplaints } from '../soak/log-complaints.ts';
import type { FuzzRun } from './fuzz-run.ts';
import { findChanged, writeDocuments } from './kept-documents.ts';
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
  const server = await startServer({ ownProcess: true, program: readerServerProgram });
  try {
    const written = await writeDocuments(server, [innocentDocumentAt(0), ...documentsOfIntruders], writerToken);
    const siege = new Siege({ server, seed, say, takesPart: isForReaders, deleteDocument: () => Promise.resolve() });
    while (!siege.hasSent(frames)) await siege.goOn(frames, signal);
    const changed = await findChanged(server, written, writerToken);
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
