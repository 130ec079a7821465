import { COMMENT_MARK } from '@quire/protocol';
import type { Node } from 'prosemirror-model';
import { ContentBudget, ContentError, type ContentNode } from './content-node.ts';
import { documentSchema } from './document-schema.ts';
import { isSafeLink } from './safe-links.ts';

/**
 * What an editor gives out, or nothing of it: of what the schema does not allow an editor's binding would take away the whole
 * paragraph, for everybody.
 *
 * @throws {ContentError}
 */
export function readContentJson(value: unknown): Node {
  const json = tidy(value, new ContentBudget(Number.POSITIVE_INFINITY), 0);
  if (json.type !== 'doc') throw new ContentError('bad-content', 'The outermost node is a doc');
  try {
    const node = documentSchema.nodeFromJSON(
      json.content === undefined ? { type: 'doc', content: [{ type: 'paragraph' }] } : json,
    );
    node.check();
    return node;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it does not fit';
    throw new ContentError('bad-content', `The schema of documents does not allow this: ${why.slice(0, 200)}`, {
      cause,
    });
  }
}

/** Without comments, which have their own way in, and nothing that ProseMirror would take for something else. */
function tidy(value: unknown, budget: ContentBudget, depth: number): ContentNode {
  if (!isRecord(value) || typeof value.type !== 'string') {
    throw new ContentError('bad-content', 'A node is an object with a type');
  }
  budget.spend(depth);
  const { attrs, content, marks, text, type } = value;
  if (attrs !== undefined && !isRecord(attrs)) throw new ContentError('bad-content', 'attrs are an object');
  if (content !== undefined && !Array.isArray(content)) throw new ContentError('bad-content', 'content is a list');
  if (marks !== undefined && !Array.isArray(marks)) throw new ContentError('bad-content', 'marks are a list');
  if (type === 'text' && (typeof text !== 'string' || text === '' || !text.isWellFormed())) {
    throw new ContentError('bad-content', 'The text of a text node is well-formed Unicode, and not empty');
  }
  const shown = (marks ?? []).map(tidyMark).filter((mark) => mark.type !== COMMENT_MARK);
  return {
    type,
    ...(attrs === undefined ? {} : { attrs: tidyAttributes(attrs) }),
    ...(content === undefined || content.length === 0
      ? {}
      : { content: content.map((child) => tidy(child, budget, depth + 1)) }),
    ...(shown.length === 0 ? {} : { marks: shown }),
    ...(typeof text === 'string' ? { text } : {}),
  };
}

function tidyMark(value: unknown): { readonly type: string; readonly attrs?: Record<string, unknown> } {
  if (!isRecord(value) || typeof value.type !== 'string') {
    throw new ContentError('bad-content', 'A mark is an object with a type');
  }
  const { attrs, type } = value;
  if (attrs === undefined) return { type };
  if (!isRecord(attrs)) throw new ContentError('bad-content', 'attrs are an object');
  return { type, attrs: tidyAttributes(attrs) };
}

/** Texts, numbers, and lists of numbers, as in the widths of columns; and no address that runs as a script. */
function tidyAttributes(attrs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const [name, value] of Object.entries(attrs)) {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (parts.some((part) => typeof part === 'object' && part !== null)) {
      throw new ContentError('bad-content', `The attribute ${name.slice(0, 50)} is neither a text nor a number`);
    }
    const leads = (name === 'href' || name === 'src') && typeof value === 'string';
    if (leads && !isSafeLink(value)) throw new ContentError('bad-content', `${name} must not be a script`);
    if (parts.some((part) => typeof part === 'string' && !part.isWellFormed())) {
      throw new ContentError('bad-content', `The attribute ${name.slice(0, 50)} is not well-formed Unicode`);
    }
  }
  return { ...attrs };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
