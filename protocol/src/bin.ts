import { z } from 'zod';
import { nextPageSchema } from './paging.ts';

/** A document in the bin, as its owners see it. Nobody can open it. */
export const binnedDocumentSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** When it was put there. */
  binned: z.iso.datetime(),
  /** The id of whoever did; empty where nobody is known. */
  binnedBy: z.string(),
  /** When it is purged by itself. */
  purged: z.iso.datetime(),
});
export type BinnedDocument = z.infer<typeof binnedDocumentSchema>;

/** The latest first. */
export const binListSchema = z.object({
  documents: z.array(binnedDocumentSchema),
  next: nextPageSchema,
});
export type BinList = z.infer<typeof binListSchema>;
