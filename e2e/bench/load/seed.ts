import * as Y from 'yjs';
import { createDialect } from './dialects.ts';
import { interpretWith, Person } from './person.ts';
import type { Target } from './target.ts';
import { WordMemo } from './word-memo.ts';

/** Documents are made of paragraphs of this many characters, each a text of its own, as an editor makes them. */
const PARAGRAPH_CHARACTERS = 1000;
const AUTHOR = 500;
/** A server may encode the same content a little shorter than it was sent. */
const ENOUGH = 0.95;

export function createContent(bytes: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = AUTHOR;
  doc.transact(() => {
    const content = doc.getArray<Y.Text>('content');
    const count = Math.max(1, Math.ceil(bytes / PARAGRAPH_CHARACTERS));
    const size = Math.min(bytes, PARAGRAPH_CHARACTERS);
    content.push(Array.from({ length: count }, (_, index) => new Y.Text(createParagraph(index, size))));
  });
  const update = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return update;
}

function createParagraph(index: number, size: number): string {
  return `${index} `.padEnd(size, 'lorem ipsum dolor sit amet ');
}

/**
 * Puts content into a document.
 *
 * @returns once another client has been given it
 */
export async function writeContent(target: Target, document: string, update: Uint8Array): Promise<void> {
  const author = await enter(target, document);
  author.write(createDialect(target).update(document, update));
  const witness = await enter(target, document);
  await witness.content(update.length * ENOUGH);
  witness.leave();
  author.leave();
}

/** Joins a document to look at how much of it there is. */
export async function enter(target: Target, document: string): Promise<Person<null>> {
  const person = createLoner(target, document);
  await person.join();
  return person;
}

/** Somebody who has not joined yet, and looks at nothing of what is said but its size. */
export function createLoner(target: Target, document: string): Person<null> {
  const dialect = createDialect(target);
  const memo = new WordMemo(
    dialect,
    interpretWith(() => null),
  );
  return new Person({ dialect, port: target.port, document, memo, onHeard: () => {} });
}
