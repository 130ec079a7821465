import { describeDifference, isSameState, type ServerCluster, startServer } from '@quire/testing';
import type { Doc } from 'yjs';
import { readAnew } from '../../crash/read-anew.ts';

/**
 * What the disks of stopped nodes hold, each read by a server of its own, that knows of no other.
 *
 * @returns how they differ, in words
 */
export async function compareJournals(cluster: ServerCluster, documents: readonly string[]): Promise<string[]> {
  const first = new Map<string, Doc>();
  const differences: string[] = [];
  for (const node of cluster.nodes) {
    const witness = await startServer({ ownProcess: true, data: node.data, env: { QUIRE_APP: 'false' } });
    try {
      for (const [turn, document] of documents.entries()) {
        const doc = await readAnew(witness, document, turn);
        const other = first.get(document);
        if (other === undefined) first.set(document, doc);
        else if (!isSameState(other, doc)) {
          const difference = describeDifference(other, doc, ['node 0', `node ${node.number}`]);
          differences.push(`the journals of node 0 and node ${node.number} differ in ${document}:\n${difference}`);
        }
      }
    } finally {
      await witness.stop();
    }
  }
  return differences;
}
