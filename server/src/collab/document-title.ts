import type * as Y from 'yjs';

/**
 * The content model of the app: the map `meta` holds the title. Documents of other editors have none, or something else
 * of that name, so the map is looked into without being made one.
 */
export function readTitle(document: Y.Doc): string {
  const item = document.share.get('meta')?._map.get('title');
  if (item === undefined || item.deleted) return '';
  const title: unknown = item.content.getContent().at(-1);
  return typeof title === 'string' ? title : '';
}
