import { acrossNodes } from './across-nodes.ts';
import { coldOpen } from './cold-open.ts';
import { crowd } from './crowd.ts';
import { editCost } from './edit-cost.ts';
import { fanOut } from './fan-out.ts';
import { idleConnections } from './idle-connections.ts';
import { openDocuments } from './open-documents.ts';
import { receipts } from './receipts.ts';
import { replication } from './replication.ts';
import { stoppedReader } from './stopped-reader.ts';
import { hotDocument, manyDocuments } from './typing-limits.ts';
import type { Workload } from './workload.ts';

export const workloadNames = [
  'hot-document',
  'crowd',
  'many-documents',
  'fan-out',
  'idle-connections',
  'stopped-reader',
  'cold-open',
  'receipts',
  'edit-cost',
  'open-documents',
  'across-nodes',
  'replication',
] as const;

/** All workloads, with nothing learned yet. */
export function createWorkloads(): Workload[] {
  return [
    hotDocument(),
    crowd(),
    manyDocuments(),
    fanOut(),
    idleConnections(),
    stoppedReader(),
    coldOpen(),
    receipts(),
    editCost(),
    openDocuments(),
    acrossNodes(),
    replication(),
  ];
}
