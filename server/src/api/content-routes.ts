import {
  type ContentFormat,
  contentQuerySchema,
  contentTypes,
  copyDocumentSchema,
  type DocumentName,
  MAX_CONTENT_BYTES,
  MAX_UPDATE_BYTES,
  type Role,
  updateQuerySchema,
} from '@quire/protocol';
import type { Context, Hono } from 'hono';
import * as Y from 'yjs';
import type { Grant } from '../auth/authenticator.ts';
import { check } from '../check.ts';
import type { Clock } from '../clock.ts';
import type { Bringer } from '../collab/ingest-brought.ts';
import { formatOfType } from '../content/format-of-type.ts';
import type { HttpMeters } from '../observability/metrics/http-meters.ts';
import { ApiError } from '../problems.ts';
import { type Contents, nameOfCopy } from './contents.ts';
import { createRawBodies } from './raw-body.ts';
import { createReads } from './reads.ts';
import { DOCUMENTS, readBody, readName, refuseMethod } from './requests.ts';

export interface ContentRoutesOptions {
  readonly contents: Contents;
  readonly clock: Clock;
  readonly admit: (context: Context, document: DocumentName, needed: Role) => Promise<Grant>;
  readonly addressOf: (context: Context) => string;
  /** Left out: nothing is counted. */
  readonly meters?: HttpMeters | null;
}

/** Parsers take time and memory to load: only a server that is asked for text has them. */
const loadFormats = () => import('../content/content-formats.ts');

const BYTES = 'application/octet-stream';

/**
 * What somebody wrote is shown on this origin: as a page of its own it may not run, nor be taken for one of the app's. Both
 * are belt and braces, since nothing is written out that could.
 */
const HARMLESS = { 'Content-Security-Policy': "default-src 'none'; sandbox", 'X-Content-Type-Options': 'nosniff' };

const RAW_BODY_PATH = /^\/v1\/documents\/[^/]+\/(?:content|update)$/;

/** Whether a body is read here, by those who have been admitted, and may be larger than elsewhere. */
export function takesRawBody(path: string): boolean {
  return RAW_BODY_PATH.test(path);
}

/** What is in a document: as a Yjs update, and as text in several formats. And copies of it. */
export function addContentRoutes(api: Hono, options: ContentRoutesOptions): void {
  const { contents, clock, admit, addressOf, meters = null } = options;
  const bodies = createRawBodies(undefined, meters);
  const reads = createReads(clock, meters);

  async function admitBringer(context: Context, name: DocumentName): Promise<Bringer> {
    return { grant: await admit(context, name, 'editor'), remoteAddress: addressOf(context) };
  }

  /** Large bodies are taken of those alone who may bring them; and meanwhile they may have lost their access (R14). */
  async function takeLarge(
    context: Context,
    maxBytes: number,
    take: (name: DocumentName, bytes: Uint8Array, bringer: Bringer) => Promise<void>,
  ): Promise<Response> {
    const name = readName(context);
    await admit(context, name, 'editor');
    await bodies.hold(context, maxBytes, async (bytes) => take(name, bytes, await admitBringer(context, name)));
    return context.body(null, 204);
  }

  const update = `${DOCUMENTS}/:name/update`;
  api.get(update, async (context) => {
    const name = readName(context);
    await admit(context, name, 'reader');
    const { since } = check(updateQuerySchema, context.req.query());
    const known = since === undefined ? undefined : readStateVector(since);
    return reads.give(context, { ...HARMLESS, 'Content-Type': BYTES }, () => contents.readUpdate(name, known));
  });
  api.post(update, async (context) => {
    if (typeOf(context) !== BYTES) throw new ApiError('unsupported-media-type', `Send the update as ${BYTES}`);
    return takeLarge(context, MAX_UPDATE_BYTES, (name, bytes, bringer) => contents.writeUpdate(name, bringer, bytes));
  });
  api.all(update, (context) => refuseMethod(context, 'GET, HEAD, POST'));

  const content = `${DOCUMENTS}/:name/content`;
  api.get(content, async (context) => {
    const name = readName(context);
    await admit(context, name, 'reader');
    const { format } = check(contentQuerySchema, context.req.query());
    const { renderContent } = await loadFormats();
    return reads.give(context, { ...HARMLESS, 'Content-Type': headerOf(format) }, async () =>
      Buffer.from(renderContent(format, await contents.read(name))),
    );
  });
  api.put(content, async (context) => {
    const format = formatOfType(context.req.header('content-type') ?? '');
    if (format === null) {
      const known = Object.values(contentTypes).join(', ');
      throw new ApiError('unsupported-media-type', `Send the content as one of ${known}, with its Content-Type`);
    }
    const { parseContent } = await loadFormats();
    return takeLarge(context, MAX_CONTENT_BYTES, (name, bytes, { grant }) =>
      contents.replace(name, parseContent(format, decodeText(bytes)), grant.user.id),
    );
  });
  api.all(content, (context) => refuseMethod(context, 'GET, HEAD, PUT'));

  const copy = `${DOCUMENTS}/:name/copy`;
  api.post(copy, async (context) => {
    const source = readName(context);
    const body = await readBody(context);
    await admit(context, source, 'reader');
    const { name, title } = check(copyDocumentSchema, body);
    const target = nameOfCopy(name);
    const bringer = await admitBringer(context, target);
    const copied = await contents.copy(source, { name: target, title }, bringer);
    return context.json(copied, 201, { Location: `${DOCUMENTS}/${encodeURIComponent(copied.name)}` });
  });
  api.all(copy, (context) => refuseMethod(context, 'POST'));
}

function typeOf(context: Context): string | undefined {
  return context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
}

function headerOf(format: ContentFormat): string {
  return format === 'json' ? contentTypes.json : `${contentTypes[format]}; charset=utf-8`;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ApiError('bad-content', 'The body is not UTF-8', error);
  }
}

function readStateVector(since: string): Uint8Array {
  const bytes = Buffer.from(since, 'base64url');
  try {
    Y.decodeStateVector(bytes);
    return bytes;
  } catch (error) {
    throw new ApiError('bad-request', 'since: this is not a state vector of Yjs, as Base64url', error);
  }
}
