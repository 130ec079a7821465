import { z } from 'zod';
import { MAX_PAGE_SIZE } from './rest.ts';

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

export const binQuerySchema = z.object({
  after: z.string().max(2048).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(50),
});

/** The latest first. */
export const binListSchema = z.object({
  documents: z.array(binnedDocumentSchema),
  /** Pass as `after` for the next page; null on the last. */
  next: z.string().nullable(),
});
export type BinList = z.infer<typeof binListSchema>;
