import type { z } from 'zod';
import type { ProblemCode } from './problem-kinds.ts';

/** What somebody needs in the document that a call is about; `owner-of-all`: in every document. */
export type Needed = 'anybody' | 'reader' | 'commenter' | 'editor' | 'owner' | 'owner-of-all';

export type Body =
  | { readonly kind: 'json'; readonly schema: z.ZodType; readonly optional?: true }
  /** Bytes or text, of one of these media types. */
  | { readonly kind: 'raw'; readonly types: readonly string[]; readonly maxBytes: number };

export type Answer =
  | { readonly kind: 'json'; readonly status: 200 | 201 | 202; readonly schema: z.ZodType }
  | { readonly kind: 'raw'; readonly status: 200; readonly types: readonly string[] }
  | { readonly kind: 'nothing'; readonly status: 204 };

/** One call of the HTTP API: what the server serves, the client calls and the docs describe. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the names of its parameters in braces; each is one segment, percent-encoded whole. */
  readonly path: `/v1/${string}`;
  readonly needs: Needed;
  readonly query?: z.ZodType;
  /** Beside those that any call may have. */
  readonly headers?: z.ZodType;
  readonly body?: Body;
  readonly answers: readonly Answer[];
  /** Beside those that any call may have. */
  readonly problems: readonly ProblemCode[];
}
