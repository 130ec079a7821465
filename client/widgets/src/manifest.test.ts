import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeEvents, describeReact } from '../describe-types.ts';
import { QuireElement } from './base/quire-element.ts';
import { elements } from './index.ts';
import { common, declarations, type ElementDeclaration, writeManifest } from './manifest.ts';

const src = import.meta.dirname;
const named = declarations.map((declaration) => [declaration.tag, declaration] as const);

function classOf({ tag }: ElementDeclaration): (typeof elements)[number] {
  const element = elements.find((one) => one.tag === tag);
  if (element === undefined) throw new Error(`no class has the tag ${tag}`);
  return element;
}

/** The code of an element, without what it says of itself. */
function codeOf({ module }: ElementDeclaration): string {
  return globSync(['**/*.ts'], {
    cwd: join(src, dirname(module)),
    exclude: (path) => /\.test\.ts$|declaration\.ts$/.test(path),
  })
    .map((path) => readFileSync(join(src, dirname(module), path), 'utf8'))
    .join('\n');
}

const namesOf = (described: readonly { readonly name: string }[] = []) => described.map(({ name }) => name);
const wordsIn = (code: string, pattern: RegExp) =>
  new Set([...code.matchAll(pattern)].flatMap((match) => (match[1] ?? '').split(' ')));

describe('what the elements say of themselves', () => {
  test('is in custom-elements.json: node client/widgets/write-manifest.ts writes it', () => {
    const written: unknown = JSON.parse(readFileSync(join(src, '..', 'custom-elements.json'), 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(writeManifest())));
  });

  test.each([
    ['events.ts', describeEvents],
    ['react.ts', describeReact],
  ])('is in the types of %s, which it writes, too', (path, describeTypes) => {
    expect(readFileSync(join(src, path), 'utf8')).toBe(describeTypes());
  });

  test('is there for every element that is defined', () => {
    expect(declarations.map(({ tag }) => tag).sort()).toEqual(elements.map(({ tag }) => tag).sort());
    expect(new Set(namesOf(common.attributes))).toEqual(new Set([...QuireElement.observedAttributes, 'status']));
  });

  test.each(named)('<%s> has the class, the module and the tag that it names', async (tag, declaration) => {
    const module: Record<string, unknown> = await import(join(src, declaration.module));
    expect(module[declaration.className]).toBe(classOf(declaration));
    expect(declaration.example).toContain(`<${tag}`);
  });

  test.each(named)('<%s> takes the attributes that it declares, and no others', (_tag, declaration) => {
    const declared = namesOf(declaration.attributes);
    const own = classOf(declaration).observedAttributes.filter(
      (name) => !QuireElement.observedAttributes.includes(name),
    );
    expect(declared).toEqual(expect.arrayContaining(own));
    const code = `${codeOf(declaration)}\n${readFileSync(join(src, 'base', 'quire-field.ts'), 'utf8')}`;
    // Read by the code, or by the styles: `:host([align='end'])`.
    expect(declared.filter((name) => !new RegExp(`['[]${name}['=\\]]`).test(code))).toEqual([]);
  });

  test.each(named)('<%s> has the properties and methods that it declares', (_tag, declaration) => {
    const { prototype } = classOf(declaration);
    for (const { name, readonly } of declaration.properties ?? []) {
      const accessor = findAccessor(prototype, name);
      expect({ name, get: accessor?.get !== undefined, set: accessor?.set !== undefined }).toEqual({
        name,
        get: true,
        set: readonly !== true,
      });
    }
    for (const name of namesOf(declaration.methods)) expect(Reflect.get(prototype, name)).toBeTypeOf('function');
  });

  test.each(named)('<%s> tells of what it declares, and of nothing else', (_tag, declaration) => {
    const told = wordsIn(codeOf(declaration), /\btell\('([\w-]+)'/g);
    expect(new Set(namesOf(declaration.events))).toEqual(new Set([...told].map((name) => `quire-${name}`)));
  });

  test.each(named)('<%s> has the parts that it declares, and no others', (_tag, declaration) => {
    const code = codeOf(declaration);
    const declared = namesOf(declaration.parts);
    const made = [...wordsIn(code, /\bpart: '([\w -]+)'/g)].filter((part) => !isModifier(declaration, part));
    expect(declared).toEqual(expect.arrayContaining(made));
    const shared = globSync('parts/*.ts', { cwd: src }).map((path) => readFileSync(join(src, path), 'utf8'));
    const known = [code, ...shared].join('\n');
    expect(declared.filter((part) => !new RegExp(`['\`{ ]${part}['\` }]`).test(known))).toEqual([]);
  });

  test.each(named)('<%s> has the words that it declares', (_tag, declaration) => {
    expect(declaration.words ?? {}).toEqual(classOf(declaration).words);
  });
});

/** A second name of a part, which is told with the first one. */
function isModifier({ parts }: ElementDeclaration, part: string): boolean {
  return parts.some(({ description }) => description.includes(`\`${part}\``));
}

function findAccessor(prototype: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
