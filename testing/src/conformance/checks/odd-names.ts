import type { Check } from '../check.ts';
import { CheckFailure } from '../failure.ts';
import { insert, textOf } from './body.ts';

/** Behind the prefix of the suite. Some differ from each other only in what a careless server does to names. */
const NAMES = [
  '/a path/of it',
  '/ä-ñ-日本-😀',
  '/50%',
  '/50%25',
  '/a%2Fb',
  '/a/b',
  '/question?and=more&hash#',
  '/constructor',
  '/__proto__',
  '/quotes\'"`',
  '/back\\slash',
  '/UPPER',
  '/upper',
] as const;

export const oddNames: Check = {
  id: 'odd-names',
  guarantee: 'G6',
  title: 'Documents with odd names are apart, and found again',
  does: `in each of ${NAMES.length} documents, whose names have spaces, accents, percent signs, slashes, and names of prototypes, ada writes the name, and ben opens it`,
  passes: 'ben reads the name in each of them, and nothing else',
  async run(stage) {
    const documents = NAMES.map((name) => ({ name, document: stage.document(name) }));
    const writers = await Promise.all(
      documents.map(async ({ name, document }) => {
        const ada = await stage.join(document, { name: 'ada' });
        ada.edit(insert(0, name));
        return { name, document, ada };
      }),
    );
    for (const { name, document, ada } of writers) {
      const ben = await stage.join(document, { name: 'ben' });
      await stage.expectSame(`"${name}", in the document of that name`, [ada, ben]);
      if (textOf(ben.doc) === name) continue;
      throw new CheckFailure({
        sent: `"${name}", in the document of that name`,
        expected: 'that and nothing else',
        came: JSON.stringify(textOf(ben.doc)),
      });
    }
  },
};
