import type { Readable } from '@quire/client';
import { META_MAP, TITLE_KEY } from '@quire/widgets/document';
import type { Doc } from 'yjs';

export interface DocumentTitle extends Readable<string> {
  set(title: string): void;
}

/** The title lives in the document, so it is edited, saved and merged like its text. */
export function bindTitle(doc: Doc): DocumentTitle {
  const meta = doc.getMap<unknown>(META_MAP);
  function read(): string {
    const title = meta.get(TITLE_KEY);
    return typeof title === 'string' ? title : '';
  }
  return {
    get: read,
    subscribe(listener) {
      const observer = () => listener(read());
      meta.observe(observer);
      return () => meta.unobserve(observer);
    },
    set(title) {
      if (title !== read()) meta.set(TITLE_KEY, title);
    },
  };
}
