import type * as Y from 'yjs';
import { describeDifference, isSameState } from './difference.ts';
import { until } from './until.ts';

export interface ConvergedOptions {
  readonly timeoutMs?: number;
}

/**
 * Resolves once all documents hold the same; rejects with how they differ.
 *
 * @example
 * await converged({ ada: ada.doc, ben: ben.doc });
 */
export async function converged(docs: Readonly<Record<string, Y.Doc>>, options: ConvergedOptions = {}): Promise<void> {
  const [first, ...others] = Object.entries(docs);
  if (first === undefined || others.length === 0) throw new RangeError('one document cannot converge with nobody');
  const [firstName, firstDoc] = first;
  await until(() => others.every(([, doc]) => isSameState(firstDoc, doc)), {
    ...options,
    what: () => {
      const differing = others.flatMap(([name, doc]) => {
        const difference = describeDifference(firstDoc, doc, [firstName, name]);
        return difference === null ? [] : [`${firstName} and ${name} differ:\n${difference}`];
      });
      return `the documents have not converged\n${differing.join('\n')}\n`;
    },
  });
}
