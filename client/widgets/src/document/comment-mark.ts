import { COMMENT_MARK } from '@quire/client';
import { type AnyExtension, Mark, mergeAttributes, Node } from '@tiptap/core';

/** Where threads of comments are anchored. The server sets it, and takes it away; whoever edits carries it along. */
export const CommentMark = Mark.create({
  name: COMMENT_MARK,
  // Threads overlap each other and everything else.
  excludes: '',
  // What is typed behind commented text is not part of it.
  inclusive: false,

  addAttributes() {
    return { thread: { default: '', renderHTML: ({ thread }) => ({ 'data-thread': thread }) } };
  },

  // A copy of commented text is not commented on: a thread has one place.
  parseHTML() {
    return [];
  },

  renderHTML({ HTMLAttributes }) {
    return ['span', mergeAttributes({ class: 'commented' }, HTMLAttributes), 0];
  },
});

/**
 * Code takes no formats, and inline code takes the place of all others. A comment on code would make its paragraph one
 * that the schema does not allow, and the binding deletes what is not allowed, for everybody.
 */
export function admitComments(extension: AnyExtension): AnyExtension {
  if (extension instanceof Node && extension.name === 'codeBlock') return extension.extend({ marks: COMMENT_MARK });
  if (extension instanceof Mark && extension.name === 'code') {
    return extension.extend({ excludes: 'bold code italic link strike underline' });
  }
  return extension;
}
