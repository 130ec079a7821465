import type { Check } from '../check.ts';
import { badFrameChecks } from './bad-frames.ts';
import { convergenceChecks } from './convergence.ts';
import { durabilityChecks } from './durability.ts';
import { manyDocuments } from './many-documents.ts';
import { oddNames } from './odd-names.ts';
import { presenceChecks } from './presence.ts';
import { publishedProviders } from './published-providers.ts';
import { readerWrites } from './reader.ts';
import { receiptChecks } from './receipts.ts';
import { slowReaderChecks } from './slow-readers.ts';
import { statelessChecks } from './stateless.ts';
import { wholenessChecks } from './whole-documents.ts';

/** All of them, in the order in which they run: a server that some of the last ones break has shown the rest by then. */
export const checks: readonly Check[] = [
  ...convergenceChecks,
  publishedProviders,
  ...receiptChecks,
  ...wholenessChecks,
  oddNames,
  manyDocuments,
  ...presenceChecks,
  readerWrites,
  ...statelessChecks,
  ...badFrameChecks,
  ...slowReaderChecks,
  ...durabilityChecks,
];
