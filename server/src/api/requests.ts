import type { IncomingMessage } from 'node:http';
import { type DocumentName, documentNameSchema } from '@quire/protocol';
import type { Context } from 'hono';
import type { AuthRequest } from '../auth/authenticator.ts';
import type { ReadClientAddress } from '../http/client-address.ts';
import { ApiError } from '../problems.ts';
import { respondProblem } from './problems.ts';

export const DOCUMENTS = '/v1/documents';

/** Who asks is known by what the request carries; there is no message that could bring a token. */
export function describeRequest(
  context: Context,
  document: DocumentName | null,
  readAddress: ReadClientAddress,
): AuthRequest {
  return {
    token: '',
    document,
    remoteAddress: addressOf(context, readAddress),
    headers: context.req.raw.headers,
    url: new URL(context.req.url),
  };
}

/** Without a server, as in tests, a request comes from nowhere. */
export function addressOf(context: Context, readAddress: ReadClientAddress): string {
  const { incoming } = (context.env ?? {}) as { readonly incoming?: IncomingMessage };
  return incoming === undefined ? '' : readAddress(incoming);
}

/** From the path as it was sent: a name is encoded whole, with its slashes, and decoded once; it is one segment. */
export function readName(context: Context, under = DOCUMENTS): DocumentName {
  const encoded = new URL(context.req.url).pathname.slice(under.length + 1).split('/', 1)[0] ?? '';
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

/**
 * The JSON that was sent, or an empty object when nothing was. Read before whoever sends it is admitted: they may take their
 * time over it, and meanwhile lose their access, or the document its life (R14).
 */
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
