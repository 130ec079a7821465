import { documentListShape, documentShape, documentWithRoleShape } from './answers.ts';
import type { DocumentsApi } from './api.ts';
import { type ApiOptions, type Call, callApi, pathOf } from './api-call.ts';
import { createLinksApi } from './links.ts';

/** Documents over `/v1`. */
export function createDocumentsApi(options: ApiOptions): DocumentsApi {
  const call = <T>(request: Call<T>) => callApi(options, request);
  return {
    list({ signal, ...query } = {}) {
      const search = new URLSearchParams();
      for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
      const suffix = search.size === 0 ? '' : `?${search}`;
      return call({
        method: 'GET',
        path: `/v1/documents${suffix}`,
        signal,
        read: async (answer) => documentListShape(await answer.json()),
      });
    },
    get(name, { signal } = {}) {
      return call({
        method: 'GET',
        path: pathOf(name),
        signal,
        read: async (answer) => documentWithRoleShape(await answer.json()),
      });
    },
    create(document = {}, { signal } = {}) {
      return call({ method: 'POST', path: '/v1/documents', body: document, signal, read: readDocument });
    },
    rename(name, title, { signal } = {}) {
      return call({ method: 'PATCH', path: pathOf(name), body: { title }, signal, read: readDocument });
    },
    delete(name, { signal } = {}) {
      return call({ method: 'DELETE', path: pathOf(name), signal, read: async () => undefined });
    },
    links: createLinksApi(call, pathOf),
  };
}

async function readDocument(answer: Response) {
  return documentShape(await answer.json());
}
