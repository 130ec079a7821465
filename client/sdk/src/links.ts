import type { ShareLink, ShareLinkList } from '@quire/protocol/wire';
import { createdLinkShape, shareLinkListShape } from './answers.ts';
import type { LinksApi } from './api.ts';
import type { Call } from './api-call.ts';

/** What the API gives at once at most. */
const PAGE_SIZE = '200';

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
    async list(name, { signal } = {}) {
      const links: ShareLink[] = [];
      for (let after: { readonly after?: string } | null = {}; after !== null; ) {
        const page: ShareLinkList = await call({
          method: 'GET',
          path: `${pathOf(name)}/links?${new URLSearchParams({ limit: PAGE_SIZE, ...after })}`,
          signal,
          read: async (answer) => shareLinkListShape(await answer.json()),
        });
        links.push(...page.links);
        after = page.next === null ? null : { after: page.next };
      }
      return links;
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
