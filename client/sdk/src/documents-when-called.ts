import type { DocumentCalls, DocumentsApi, LinksApi } from './api.ts';
import type { ApiOptions } from './api-call.ts';
import type { Parts } from './parts.ts';
import { whenCalled } from './when-called.ts';

const calls: { readonly [Name in keyof DocumentCalls]: 0 } = {
  list: 0,
  get: 0,
  create: 0,
  rename: 0,
  copy: 0,
  moveToBin: 0,
  listBin: 0,
  restore: 0,
  purge: 0,
  deleteForGood: 0,
  readContent: 0,
  replaceContent: 0,
  readUpdate: 0,
  writeUpdate: 0,
};
const linkCalls: { readonly [Name in keyof LinksApi]: 0 } = { create: 0, list: 0, revoke: 0 };

/** The calls of `createDocumentsApi`, which are loaded by whoever makes the first. */
export function documentsWhenCalled(options: ApiOptions, part: Parts['calls']): DocumentsApi {
  const load = async (signal?: AbortSignal) => {
    const { createDocumentsApi } = await part.load({ signal });
    return createDocumentsApi(options);
  };
  return {
    ...whenCalled<DocumentCalls>(calls, load),
    links: whenCalled<LinksApi>(linkCalls, async (signal) => (await load(signal)).links),
  };
}
