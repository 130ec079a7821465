import type { AuthoredUpdate, Entry } from '@quire/persistence';
import type { DocumentOwner } from './document-owner.ts';
import { noteAuthor } from './ingest.ts';
import { mayTakeLong } from './integration-cost.ts';
import { isLarge } from './large-update.ts';
import { layOut } from './split-by-author.ts';
import { NOTHING, type Submission } from './submission.ts';
import { type InspectedUpdate, inspectUpdate, UpdateError } from './update-inspection.ts';
import { WalkError } from './update-walk.ts';

/**
 * What other nodes have journalled, on its way into an open document. They let it in by the same rules as this one, so it is
 * asked nothing here but what it costs, who wrote it, and what the document will have by it.
 */
export function describeAdopted(owner: DocumentOwner, entries: readonly Entry[]): Submission[] {
  return entries.flatMap(({ updates }) => updates.map((made) => describe(owner, made)));
}

function describe(owner: DocumentOwner, made: AuthoredUpdate): Submission {
  const submission: Submission = { ...NOTHING, content: [made], stored: true };
  const { author, update } = made;
  if (isLarge(update)) {
    noteWriters(owner, author, clientsOf(update));
    owner.typeDepths.expect(null);
    return { ...submission, large: update };
  }
  const inspected = tryToInspect(update);
  if (inspected === null) return submission; // left out, and told of, by who applies it
  noteWriters(owner, author, inspected.spans);
  owner.typeDepths.expect(inspected.structs, (client) => owner.clockOf(client));
  return mayTakeLong(inspected.structs, owner.document) ? { ...submission, large: update } : submission;
}

function noteWriters(owner: DocumentOwner, author: string, writers: readonly { readonly client: number }[]): void {
  noteAuthor(owner, author, writers);
  owner.noteLiving(writers);
}

function tryToInspect(update: Uint8Array): InspectedUpdate | null {
  try {
    return inspectUpdate(update);
  } catch (error) {
    if (error instanceof UpdateError) return null;
    throw error;
  }
}

function clientsOf(update: Uint8Array): readonly { readonly client: number }[] {
  try {
    return layOut(update).parts;
  } catch (error) {
    if (error instanceof WalkError) return [];
    throw error;
  }
}
