import type { Schema } from 'prosemirror-model';
import { describe, expect, it } from 'vitest';
import { documentSchema } from '../server/src/content/document-schema.ts';

/** What decides about what a document may hold, and what a part of it is when nobody says. */
const DECIDING = ['content', 'group', 'marks', 'inline', 'atom', 'excludes', 'inclusive'] as const;

interface Spec {
  readonly attrs?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly [key: string]: unknown;
}

function describeSpec(spec: Spec): Record<string, unknown> {
  const attrs = Object.entries(spec.attrs ?? {}).map(([name, attribute]) => [name, attribute.default]);
  const decided = DECIDING.filter((key) => spec[key] !== undefined && spec[key] !== false && spec[key] !== '');
  // A mark continues while one types unless it says otherwise.
  const isExclusive = spec.inclusive === false ? { inclusive: false } : {};
  return {
    ...Object.fromEntries(decided.filter((key) => key !== 'inclusive').map((key) => [key, spec[key]])),
    ...isExclusive,
    ...(spec.excludes === '' ? { excludes: '' } : {}),
    attrs: Object.fromEntries(attrs),
  };
}

function describeSchema({ marks, nodes }: Schema): Record<string, unknown> {
  const specs = [...Object.values(nodes), ...Object.values(marks)].map((type) => [
    type.name,
    describeSpec(type.spec as Spec),
  ]);
  return Object.fromEntries(specs);
}

/** The editor is of the browser, and its types with it: so it is not imported by its name. */
async function loadEditorSchema(): Promise<Schema> {
  const from = (path: string): Promise<unknown> => import(new URL(path, import.meta.url).href);
  const { documentExtensions } = (await from('../client/widgets/src/document/index.ts')) as {
    documentExtensions(): unknown;
  };
  const core: string = '@tiptap/core';
  const { getSchema } = (await import(core)) as { getSchema(extensions: unknown): Schema };
  return getSchema(documentExtensions());
}

describe('the schema by which the server reads and writes text', () => {
  it('[G3] is the editor’s: what one of them did not know, it would take away from everybody', async () => {
    expect(describeSchema(documentSchema)).toEqual(describeSchema(await loadEditorSchema()));
  });
});
