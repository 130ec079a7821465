import * as Y from 'yjs';
import type { Slicing } from './apply-in-slices.ts';
import type { DocumentConnection } from './document-connection.ts';
import { accepted, readOnly, submissionOf, type Verdict } from './ingest.ts';
import type { Sender } from './judgement-thread.ts';
import { type DeleteSet, findNewDeletes, findNewSpans, readPending } from './novelty.ts';
import type { Established } from './session-context.ts';
import type { StructSpan } from './update-inspection.ts';
import { type DeletedRange, UpdateWalk, WalkError } from './update-walk.ts';

/** Whoever answers our step 1 with more than this in structs has something that we lack. */
const MAX_STRUCT_BYTES = 64 * 1024;

const RANGES_PER_LOOK = 500;
const SLICE_MS = 2;

const EMPTY_UPDATE = new Uint8Array([0, 0]);

/**
 * A large step 2 of somebody who may only read. As a rule there is nothing new in it: it is large because it carries the deletions of a
 * whole history (R5), and has a receipt. Nothing of it is taken in either way, so no thread judges it, and it takes no room from
 * those who write; what is new, or can't be read, is answered as every edit of a reader is.
 *
 * @returns null when nobody has to do with it any more
 */
export async function answerReader(
  connection: DocumentConnection,
  { owner }: Established,
  update: Uint8Array,
  slicing: Slicing,
  readAtMs: number | null,
  sender: Sender,
): Promise<Verdict | null> {
  const { document } = owner;
  const structs = readStructs(update);
  if (structs === null) return readOnly;
  const { spans } = readPending(document);
  if (findNewSpans(structs.spans, (client) => owner.clockOf(client), spans).length > 0) return readOnly;
  // A copy: the frame is a view into the socket's buffer, beyond which a length inside it could read.
  const deletes = new Uint8Array(update.subarray(structs.deletesAt));
  if (await hasNewDeletes(document, deletes, slicing)) return sender.isWanted() ? readOnly : null;
  if (!sender.isWanted()) return null;
  owner.submit(submissionOf(connection, owner, 'step-2', { update: EMPTY_UPDATE, spans: [] }, null, readAtMs));
  return accepted;
}

/** Null where there are more of them than somebody has who lacks nothing, or can't be read. */
function readStructs(update: Uint8Array): { readonly spans: StructSpan[]; readonly deletesAt: number } | null {
  const walk = new UpdateWalk(update.subarray(0, MAX_STRUCT_BYTES));
  const spans: StructSpan[] = [];
  try {
    for (let runs = walk.count(); runs > 0; runs -= 1) {
      const { structs, client, clock: start } = walk.run();
      let end = start;
      for (let left = structs; left > 0; left -= 1) end += walk.struct();
      spans.push({ client, start, end });
    }
  } catch (error) {
    if (!(error instanceof WalkError)) throw error;
    return null;
  }
  return { spans, deletesAt: walk.at };
}

async function hasNewDeletes(document: Y.Doc, bytes: Uint8Array, slicing: Slicing): Promise<boolean> {
  const pending = readPending(document);
  let began = slicing.now();
  try {
    for (const part of partsOf(new UpdateWalk(bytes))) {
      if (findNewDeletes(document, part, pending).clients.size > 0) return true;
      if (slicing.now() - began < SLICE_MS) continue;
      await slicing.nextTurn();
      began = slicing.now();
    }
    return false;
  } catch (error) {
    if (!(error instanceof WalkError)) throw error;
    return true; // whatever it is, it is not what we have
  }
}

/** Never all at once: as objects they take ten times as much. */
function* partsOf(walk: UpdateWalk): Generator<DeleteSet> {
  for (let clients = walk.count(); clients > 0; clients -= 1) {
    const { client, ranges } = walk.deletes();
    for (let left = ranges; left > 0; ) {
      const some: DeletedRange[] = [];
      for (; left > 0 && some.length < RANGES_PER_LOOK; left -= 1) some.push(walk.range());
      const part = Y.createDeleteSet();
      part.clients.set(client, some as never); // yjs doesn't export its DeleteItem class
      yield part;
    }
  }
}
