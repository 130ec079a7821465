import type * as Y from 'yjs';
import { describeDifference, isSameState } from './difference.ts';
import { describeTimeline, type Timeline } from './links/timeline.ts';
import { until } from './until.ts';

export interface ConvergedOptions {
  readonly timeoutMs?: number;
}

/** A document, or somebody who has one open; of whom it is also told what went over their line. */
export type Converging = Y.Doc | { readonly doc: Y.Doc; readonly timeline?: Timeline };

/**
 * Resolves once all documents hold the same; rejects with how they differ, where, and whose that is.
 *
 * @example
 * await converged({ ada, ben });
 */
export async function converged(
  subjects: Readonly<Record<string, Converging>>,
  options: ConvergedOptions = {},
): Promise<void> {
  const docs = Object.entries(subjects).map(([name, subject]) => [name, docOf(subject)] as const);
  const [first, ...others] = docs;
  if (first === undefined || others.length === 0) throw new RangeError('one document cannot converge with nobody');
  const [firstName, firstDoc] = first;
  await until(() => others.every(([, doc]) => isSameState(firstDoc, doc)), {
    ...options,
    what: () => {
      const writers = new Map(docs.map(([name, doc]) => [doc.clientID, name]));
      const differing = others.flatMap(([name, doc]) => {
        const difference = describeDifference(firstDoc, doc, [firstName, name], writers);
        return difference === null ? [] : [`${firstName} and ${name} differ:\n${difference}`];
      });
      return `${['the documents have not converged', ...differing, ...tellTimelines(subjects)].join('\n')}\n`;
    },
  });
}

/** A document has a `doc` too, which is the one that it lies in, or none. */
function docOf(subject: Converging): Y.Doc {
  return 'clientID' in subject ? subject : subject.doc;
}

function tellTimelines(subjects: Readonly<Record<string, Converging>>): readonly string[] {
  const told = Object.entries(subjects).flatMap(([name, subject]) =>
    'timeline' in subject && subject.timeline !== undefined ? [[name, { timeline: subject.timeline }] as const] : [],
  );
  return told.length === 0 ? [] : [describeTimeline(Object.fromEntries(told))];
}
