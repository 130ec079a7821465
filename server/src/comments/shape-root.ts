import * as Y from 'yjs';

/** Any shared type. */
export type SharedType = Y.AbsolutePosition['type'];

/**
 * A document does not say what its roots are: until somebody asks for one as a text or a tree, it is neither. What is in
 * it tells.
 *
 * @returns the root as what it is; null when it holds no text
 */
export function shapeRoot(document: Y.Doc, root: SharedType): SharedType | null {
  if (root.constructor !== Y.AbstractType) return root;
  const key = Y.findRootTypeKey(root);
  const content = firstContent(root);
  if (content instanceof Y.ContentType) {
    const isTree = content.type instanceof Y.XmlElement || content.type instanceof Y.XmlText;
    return isTree ? document.get(key, Y.XmlFragment) : root;
  }
  if (content instanceof Y.ContentString || content instanceof Y.ContentEmbed) return document.get(key, Y.Text);
  // A map has texts below it, perhaps; a list of plain values has none.
  return content === null ? root : null;
}

function firstContent(root: SharedType): Y.Item['content'] | null {
  for (let item = root._start; item !== null; item = item.right) {
    if (!item.deleted && item.countable) return item.content;
  }
  return null;
}
