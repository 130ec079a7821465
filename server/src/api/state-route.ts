import type { DocumentName, Role } from '@quire/protocol';
import type { Context, Hono } from 'hono';
import type { Clock } from '../clock.ts';
import { findCutOff, streamBytes } from '../http/streamed-bytes.ts';
import { chooseRange } from './byte-range.ts';
import type { DocumentStates, StateArchive } from './document-states.ts';
import { readName } from './requests.ts';

export interface StateRouteParts {
  readonly states: DocumentStates;
  readonly clock: Clock;
  readonly admit: (context: Context, document: DocumentName, needed: Role) => Promise<unknown>;
}

/** Which life of its name the document is in (R14). */
export const EPOCH_HEADER = 'Quire-Epoch';

/**
 * The state of a large document, for whoever has nothing of it: a download that can be resumed, unlike the first message on
 * a socket. It is a Yjs update in a gzip file, and not one in transit, since of that nobody could ask for the rest.
 */
export function addStateRoute(api: Hono, path: string, parts: StateRouteParts): void {
  const { admit, clock, states } = parts;
  api.get(path, async (context) => {
    const name = readName(context);
    await admit(context, name, 'reader');
    if (context.req.method === 'HEAD') {
      const isLarge = await states.isLarge(name);
      return new Response(null, { status: isLarge ? 200 : 204, headers: { 'Accept-Ranges': 'bytes' } });
    }
    const lease = await states.open(name);
    if (lease === null) return new Response(null, { status: 204 });
    const { archive, end } = lease;
    const { bytes, head: headers, status } = selectPart(archive, context);
    if (bytes === null) {
      end();
      return new Response(null, { status, headers });
    }
    return new Response(streamBytes(bytes, clock, { onEnd: end, cutOff: findCutOff(context) }), { status, headers });
  });
}

interface Selected {
  readonly status: 200 | 206 | 416;
  readonly head: Readonly<Record<string, string>>;
  readonly bytes: Buffer | null;
}

function selectPart({ bytes, epoch, tag }: StateArchive, { req }: Context): Selected {
  const { length } = bytes;
  const range = chooseRange(req.header('range'), req.header('if-range'), { length, tag });
  const head = {
    'Accept-Ranges': 'bytes',
    // A proxy that compresses or unpacks would make other bytes of them.
    'Cache-Control': 'no-store, no-transform',
    ETag: tag,
    [EPOCH_HEADER]: epoch,
  };
  if (range.kind === 'outside') {
    return { status: 416, head: { ...head, 'Content-Range': `bytes */${length}` }, bytes: null };
  }
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: length };
  return {
    status: range.kind === 'part' ? 206 : 200,
    head: {
      ...head,
      'Content-Type': 'application/gzip',
      'Content-Length': String(end - start),
      ...(range.kind === 'part' ? { 'Content-Range': `bytes ${start}-${end - 1}/${length}` } : {}),
    },
    bytes: bytes.subarray(start, end),
  };
}
