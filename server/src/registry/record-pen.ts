import * as Y from 'yjs';
import { encodeDeletesOnly } from '../collab/novelty.ts';

/** A record, by the table that it is in. */
export interface RecordAddress {
  readonly table: string;
  readonly id: string;
}

export interface AddedRecord extends RecordAddress {
  readonly value: object;
}

/** A pen keeps a copy of what it has written. Another one means another client in the document's state vector. */
const RECORDS_PER_PEN = 1_000;

/**
 * Writes edits of the registry's document without a copy of it, so that an edit costs the same however much is in there.
 * That is possible because a record is added once, under an id of its own, and never changed: it builds on nothing.
 */
export class RecordPen {
  readonly #paper = new Y.Doc();
  #written = 0;

  get isUsedUp(): boolean {
    return this.#written >= RECORDS_PER_PEN;
  }

  /** @returns null when nothing is to be written */
  write(document: Y.Doc, added: readonly AddedRecord[], removed: readonly RecordAddress[]): Uint8Array | null {
    const updates: Uint8Array[] = [];
    if (added.length > 0) updates.push(this.#add(added));
    const deletes = findItems(document, removed);
    if (deletes.clients.size > 0) updates.push(encodeDeletesOnly(deletes));
    return updates.length === 0 ? null : Y.mergeUpdates(updates);
  }

  throwAway(): void {
    this.#paper.destroy();
  }

  #add(added: readonly AddedRecord[]): Uint8Array {
    const before = Y.encodeStateVector(this.#paper);
    this.#paper.transact(() => {
      for (const { table, id, value } of added) this.#paper.getMap(table).set(id, value);
    });
    this.#written += added.length;
    return Y.encodeStateAsUpdate(this.#paper, before);
  }
}

/** Where records stand in the document, as a set of deletions. */
function findItems(document: Y.Doc, removed: readonly RecordAddress[]): ReturnType<typeof Y.createDeleteSet> {
  const deletes = Y.createDeleteSet();
  for (const { table, id } of removed) {
    const item = document.getMap(table)._map.get(id);
    if (item === undefined || item.deleted) continue;
    const { client, clock } = item.id;
    const ranges = deletes.clients.get(client) ?? [];
    // yjs doesn't export its DeleteItem class
    deletes.clients.set(client, [...ranges, { clock, len: item.length }].sort((a, b) => a.clock - b.clock) as never);
  }
  return deletes;
}
