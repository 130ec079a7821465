import { getSchema, resolveExtensions } from '@tiptap/core';
import { expect, test } from 'vitest';
import { documentExtensions, SCHEMA_VERSION } from './index.ts';

const first = [
  'mark bold ()',
  'mark code ()',
  'mark italic ()',
  'mark link (class,href,rel,target,title)',
  'mark strike ()',
  'mark underline ()',
  'node blockquote () [block+]',
  'node bulletList () [listItem+]',
  'node codeBlock (language) [text*]',
  'node doc () [block+]',
  'node hardBreak () []',
  'node heading (level) [inline*]',
  'node horizontalRule () []',
  'node image (alt,height,src,title,width) []',
  'node listItem () [paragraph block*]',
  'node orderedList (start,type) [listItem+]',
  'node paragraph () [inline*]',
  'node table () [tableRow+]',
  'node tableCell (align,colspan,colwidth,rowspan) [block+]',
  'node tableHeader (align,colspan,colwidth,rowspan) [block+]',
  'node tableRow () [(tableCell | tableHeader)*]',
  'node taskItem (checked) [paragraph block*]',
  'node taskList () [taskItem+]',
  'node text () []',
];

/** The fingerprint of each schema version. A changed schema needs a new version and a new line; old lines stay. */
const fingerprints: Record<number, readonly string[]> = {
  1: first,
  2: [...first, 'mark comment (thread)'].sort(),
};

function fingerprintSchema(): string[] {
  const schema = getSchema(documentExtensions());
  const parts: string[] = [];
  for (const [name, type] of Object.entries(schema.nodes)) {
    parts.push(`node ${name} (${Object.keys(type.spec.attrs ?? {}).sort()}) [${type.spec.content ?? ''}]`);
  }
  for (const [name, type] of Object.entries(schema.marks)) {
    parts.push(`mark ${name} (${Object.keys(type.spec.attrs ?? {}).sort()})`);
  }
  return parts.sort();
}

test('a schema that changed has a version of its own', () => {
  expect(fingerprintSchema()).toEqual(fingerprints[SCHEMA_VERSION]);
});

test('opening a document writes nothing: no extension adds content or history by itself', () => {
  const names = resolveExtensions(documentExtensions()).map((extension) => extension.name);
  expect(names).toContain('paragraph');
  expect(names).not.toContain('trailingNode');
  expect(names).not.toContain('undoRedo');
});
