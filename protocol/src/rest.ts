import { z } from 'zod';
import { documentNameSchema } from './document-name-schema.ts';
import { nextPageSchema, pageQuerySchema } from './paging.ts';
import { roles } from './roles.ts';

export const MAX_TITLE_LENGTH = 300;
export const MAX_SEARCH_LENGTH = 200;

export const titleSchema = z.string().trim().max(MAX_TITLE_LENGTH);

/** A document as the HTTP API shows it. Times are ISO 8601 in UTC, size is bytes on disk. */
export const documentSchema = z.object({
  name: z.string(),
  title: z.string(),
  created: z.iso.datetime(),
  edited: z.iso.datetime(),
  size: z.int().nonnegative(),
  /** The record of this document in the index is damaged; its content may still be whole. */
  damaged: z.boolean(),
});
export type DocumentInfo = z.infer<typeof documentSchema>;

/** One document, and what whoever asks may do with it. */
export const documentWithRoleSchema = documentSchema.extend({ role: z.enum(roles) });
export type DocumentWithRole = z.infer<typeof documentWithRoleSchema>;

export const documentListSchema = z.object({
  documents: z.array(documentSchema),
  next: nextPageSchema,
});
export type DocumentList = z.infer<typeof documentListSchema>;

export const listQuerySchema = z.object({
  prefix: z.string().max(512).optional(),
  ...pageQuerySchema.shape,
  order: z.enum(['name', 'recent']).default('name'),
  /** Words that the title holds, in any order, whatever their case. */
  search: z.string().trim().max(MAX_SEARCH_LENGTH).optional(),
});

export const createDocumentSchema = z.object({
  name: documentNameSchema.optional(),
  title: titleSchema.optional(),
});

export const renameDocumentSchema = z.object({ title: titleSchema });

/** Left out, a copy gets a random name, and the title of what it is a copy of. */
export const copyDocumentSchema = createDocumentSchema;

/** A state vector of Yjs, as Base64url. */
const MAX_STATE_VECTOR_LENGTH = 8_000;

export const updateQuerySchema = z.object({
  /** What the asker has already: the answer holds what it lacks. Left out: everything. */
  since: z.base64url().min(1).max(MAX_STATE_VECTOR_LENGTH).optional(),
});

/** RFC 9457. `code` is stable and meant for programs; `detail` is meant for people. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;
