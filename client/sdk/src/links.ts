import { createdLinkShape, shareLinkListShape } from './answers.ts';
import type { LinksApi } from './api.ts';
import type { Call } from './api-call.ts';

/** Share links over `/v1`. @param pathOf where a document is */
export function createLinksApi(call: <T>(request: Call<T>) => Promise<T>, pathOf: (name: string) => string): LinksApi {
  return {
    create(name, link, { signal } = {}) {
      return call({
        method: 'POST',
        path: `${pathOf(name)}/links`,
        body: link,
        signal,
        read: async (answer) => createdLinkShape(await answer.json()),
      });
    },
    list(name, { signal } = {}) {
      return call({
        method: 'GET',
        path: `${pathOf(name)}/links`,
        signal,
        read: async (answer) => shareLinkListShape(await answer.json()).links,
      });
    },
    revoke(name, id, { signal } = {}) {
      return call({
        method: 'DELETE',
        path: `${pathOf(name)}/links/${encodeURIComponent(id)}`,
        signal,
        read: async () => undefined,
      });
    },
  };
}
