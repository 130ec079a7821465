import { converged } from '@quire/testing';
import { createColleague } from './colleague.ts';
import { deleteDocument } from './http-api.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Act } from './stage.ts';

const DOCUMENTS = 150;
const MOST_EDITS = 12;

/** A small document that two look into for a moment; so many of them that they are loaded and unloaded all the time. */
export function createNotes(name: string): Act {
  let visits = 0;
  return async (stage, random) => {
    const document = `soak/${name}/${random.below(DOCUMENTS)}`;
    visits += 1;
    const kinds = random.oneIn(2) ? (['hocuspocus', 'y-websocket'] as const) : (['y-websocket', 'hocuspocus'] as const);
    const people = kinds.map((kind, at) =>
      createColleague(kind, stage, document, `${at === 0 ? 'author' : 'reader'} ${name} ${visits}`, random.fork()),
    );
    const [author, reader] = people;
    if (author === undefined || reader === undefined) throw new RangeError('a note has an author and a reader');
    try {
      await author.enter();
      stage.did('visits');
      await stage.kept.expect(document, author.doc);
      await reader.enter();
      stage.did('visits');
      stage.kept.noteChanging(document);
      await author.type(1 + random.below(MOST_EDITS));
      await converged({ author: author.doc, reader: reader.doc }, { timeoutMs: PATIENCE_MS });
      stage.kept.keep(document, author.doc);
      // Under the eyes of both. Where the curtain fell before the first edit there is nothing to delete.
      if (random.oneIn(5) && author.doc.store.clients.size > 0) await deleteDocument(stage, document);
    } finally {
      for (const person of people) await person.leave(random.oneIn(2));
      for (const { doc } of people) doc.destroy();
    }
  };
}
