import * as Y from 'yjs';

/** The text that most checks write in. */
export function bodyOf(doc: Y.Doc): Y.Text {
  return doc.getText('body');
}

export function textOf(doc: Y.Doc): string {
  return bodyOf(doc).toString();
}

export const insert =
  (at: number, words: string) =>
  (doc: Y.Doc): void =>
    bodyOf(doc).insert(at, words);

/** Marks that are told apart after a crash, whatever order they came in. */
export function marksOf(doc: Y.Doc): Y.Map<number> {
  return doc.getMap('marks');
}

/** An update of somebody who has seen nothing. */
export function updateWith(words: string): Uint8Array {
  const doc = new Y.Doc();
  insert(0, words)(doc);
  return Y.encodeStateAsUpdate(doc);
}
