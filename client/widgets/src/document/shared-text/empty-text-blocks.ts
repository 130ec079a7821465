import { ContentType, type Doc, findIndexSS, Item, type Transaction, XmlElement, XmlText } from 'yjs';

/**
 * The elements that hold text (`textBlocks` are their names) and that a transaction has made, or left, without a child. To
 * be asked before the transaction's structs are merged: in `afterTransaction` at the latest.
 */
export function findEmptyTextBlocks(transaction: Transaction, textBlocks: ReadonlySet<string>): XmlElement[] {
  const empty: XmlElement[] = [];
  for (const element of [...madeElements(transaction), ...changedElements(transaction)]) {
    const deleted = element._item === null || element._item.deleted;
    if (!deleted && element.length === 0 && textBlocks.has(element.nodeName)) empty.push(element);
  }
  return empty;
}

/** Gives each its text, in one transaction that counts as a part of `cause`: undone with it, or kept from undo like it. */
export function fillTextBlocks(doc: Doc, blocks: readonly XmlElement[], cause: Transaction): void {
  if (blocks.length === 0) return;
  doc.transact((transaction) => {
    for (const [key, value] of cause.meta) transaction.meta.set(key, value);
    for (const block of blocks) block.insert(0, [new XmlText()]);
  }, cause.origin);
}

function* madeElements({ doc, beforeState, afterState }: Transaction): Generator<XmlElement> {
  for (const [client, end] of afterState) {
    const start = beforeState.get(client) ?? 0;
    const structs = doc.store.clients.get(client);
    if (structs === undefined || start === end) continue;
    for (let index = findIndexSS(structs, start); index < structs.length; index += 1) {
      const struct = structs[index];
      if (!(struct instanceof Item) || struct.id.clock < start || !(struct.content instanceof ContentType)) continue;
      if (struct.content.type instanceof XmlElement) yield struct.content.type;
    }
  }
}

/** Those that were there before; what a transaction makes isn't among what it has changed. */
function* changedElements({ changed }: Transaction): Generator<XmlElement> {
  for (const type of changed.keys()) if (type instanceof XmlElement) yield type;
}
