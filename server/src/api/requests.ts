import { type DocumentName, documentNameSchema } from '@quire/protocol';
import type { Context } from 'hono';
import { ApiError, respondProblem } from './problems.ts';

/** Where the documents are. */
export const DOCUMENTS = '/v1/documents';

/** From the path as it was sent: a name is encoded whole, with its slashes, into one segment, and decoded once. */
export function readDocumentName(context: Context): DocumentName {
  const [encoded = ''] = new URL(context.req.url).pathname.slice(DOCUMENTS.length + 1).split('/');
  let decoded: string;
  try {
    decoded = decodeURIComponent(encoded);
  } catch (error) {
    throw new ApiError('bad-document-name', 'The document name in the path is not percent-encoded UTF-8', error);
  }
  const name = documentNameSchema.safeParse(decoded);
  if (name.success) return name.data;
  throw new ApiError('bad-document-name', name.error.issues[0]?.message ?? 'The name is refused');
}

/** The JSON that was sent, or an empty object when nothing was. */
export async function readBody(context: Context): Promise<unknown> {
  const text = await context.req.text();
  if (text === '') return {};
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new ApiError('unsupported-media-type', 'Send the body as JSON, with Content-Type: application/json');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError('bad-json', error instanceof Error ? error.message : 'The body could not be read', error);
  }
}

export function refuseMethod(context: Context, allowed: string): Response {
  const error = new ApiError('method-not-allowed', `Use ${allowed} here, not ${context.req.method}`);
  return respondProblem(error, { Allow: allowed });
}
