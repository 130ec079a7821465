import { contentTypes } from '@quire/protocol/wire';
import { toBase64UrlEncoded } from 'lib0/buffer';
import {
  binListShape,
  contentDocumentShape,
  documentListShape,
  documentShape,
  documentWithRoleShape,
} from './answers.ts';
import type { CallOptions, ContentIn, DocumentsApi } from './api.ts';
import { type ApiOptions, type Call, callApi, pathOf } from './api-call.ts';
import { createLinksApi } from './links.ts';
import type { Shape } from './shape.ts';

const BIN = '/v1/bin';
const BYTES = 'application/octet-stream';

/** Documents over `/v1`. */
export function createDocumentsApi(options: ApiOptions): DocumentsApi {
  const call = <T>(request: Call<T>) => callApi(options, request);
  return {
    list: ({ signal, ...query } = {}) =>
      call({ method: 'GET', path: withQuery('/v1/documents', query), signal, read: readAs(documentListShape) }),
    get: (name, { signal } = {}) =>
      call({ method: 'GET', path: pathOf(name), signal, read: readAs(documentWithRoleShape) }),
    create: (document = {}, { signal } = {}) =>
      call({ method: 'POST', path: '/v1/documents', body: document, signal, read: readAs(documentShape) }),
    rename: (name, title, { signal } = {}) =>
      call({ method: 'PATCH', path: pathOf(name), body: { title }, signal, read: readAs(documentShape) }),
    copy: (name, copy = {}, { signal } = {}) =>
      call({ method: 'POST', path: `${pathOf(name)}/copy`, body: copy, signal, read: readAs(documentShape) }),
    moveToBin: (name, { signal } = {}) => call({ method: 'PUT', path: inBin(name), signal, read: readNothing }),
    listBin: ({ signal, ...query } = {}) =>
      call({ method: 'GET', path: withQuery(BIN, query), signal, read: readAs(binListShape) }),
    restore: (name, { signal } = {}) =>
      call({ method: 'POST', path: `${inBin(name)}/restore`, signal, read: readAs(documentWithRoleShape) }),
    purge: (name, { signal } = {}) => call({ method: 'DELETE', path: inBin(name), signal, read: readNothing }),
    deleteForGood: (name, { signal } = {}) => call({ method: 'DELETE', path: pathOf(name), signal, read: readNothing }),
    readContent: <Format extends keyof typeof contentTypes>(
      name: string,
      format: Format,
      { signal }: CallOptions = {},
    ) =>
      call({
        method: 'GET',
        path: withQuery(`${pathOf(name)}/content`, { format }),
        signal,
        // What is asked for says what comes.
        read: (format === 'json' ? readAs(contentDocumentShape) : readText) as Call<ContentIn<Format>>['read'],
      }),
    replaceContent(name, format, content, { signal } = {}) {
      const body = typeof content === 'string' ? content : JSON.stringify(content);
      const raw = { body, type: contentTypes[format] };
      return call({ method: 'PUT', path: `${pathOf(name)}/content`, raw, signal, read: readNothing });
    },
    readUpdate(name, { signal, since } = {}) {
      const query = { since: since === undefined ? undefined : toBase64UrlEncoded(since) };
      return call({ method: 'GET', path: withQuery(`${pathOf(name)}/update`, query), signal, read: readBytes });
    },
    writeUpdate(name, update, { signal } = {}) {
      const raw = { body: new Uint8Array(update), type: BYTES };
      return call({ method: 'POST', path: `${pathOf(name)}/update`, raw, signal, read: readNothing });
    },
    links: createLinksApi(call, pathOf),
  };
}

function withQuery(path: string, query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

function inBin(name: string): string {
  return `${BIN}/${encodeURIComponent(name)}`;
}

function readAs<T>(shape: Shape<T>): (answer: Response) => Promise<T> {
  return async (answer) => shape(await answer.json());
}

async function readText(answer: Response): Promise<string> {
  return answer.text();
}

async function readBytes(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await answer.arrayBuffer());
}

async function readNothing(): Promise<void> {}
