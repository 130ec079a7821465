import { z } from 'zod';
import { contentFormats } from './content-types.ts';

/** What is converted at once, all of it in one turn of the server: some two hundred pages of a book. */
export const MAX_CONTENT_BYTES = 512 * 1024;

/** Larger ones go over the socket, where they come piece by piece. */
export const MAX_UPDATE_BYTES = 16 * 1024 * 1024;

export const contentQuerySchema = z.object({ format: z.enum(contentFormats).default('json') });

/** A document as ProseMirror and Tiptap write it (`editor.getJSON()`). What nodes it may hold is for its schema to say. */
export const contentDocumentSchema = z.object({ type: z.literal('doc'), content: z.array(z.unknown()).optional() });
export type ContentDocument = z.infer<typeof contentDocumentSchema>;
