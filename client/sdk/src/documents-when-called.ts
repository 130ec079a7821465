import type { DocumentsApi, LinksApi } from './api.ts';
import type { ApiOptions } from './api-call.ts';
import { loadPart } from './load-part.ts';

// As records, so that none is missing and none too many.
const calls: Readonly<Record<Exclude<keyof DocumentsApi, 'links'>, 0>> = {
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
const linkCalls: Readonly<Record<keyof LinksApi, 0>> = { create: 0, list: 0, revoke: 0 };

type AnyCalls = Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;

/** The calls of `createDocumentsApi`, which are loaded by whoever makes the first: most pages that show a document make none. */
export function documentsWhenCalled(options: ApiOptions): DocumentsApi {
  const load = async () => (await loadPart(() => import('./documents.ts'))).createDocumentsApi(options);
  return {
    ...forward<DocumentsApi>(calls, load),
    links: forward<LinksApi>(linkCalls, async () => (await load()).links),
  };
}

function forward<Calls extends object>(names: object, load: () => Promise<Calls>): Calls {
  const forwarded = Object.keys(names).map((name) => [
    name,
    async (...given: unknown[]) => (await (load() as unknown as Promise<AnyCalls>))[name]?.(...given),
  ]);
  return Object.fromEntries(forwarded) as Calls;
}
