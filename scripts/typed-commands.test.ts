import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parseBenchOptions } from '../e2e/bench/options.ts';
import { parseChaosOptions } from '../e2e/chaos/options.ts';
import { parseSoakOptions } from '../e2e/soak/options.ts';
import { createProgram } from '../server/src/cli/program.ts';
import { fields } from '../server/src/config/fields.ts';
import { listPages } from './snippets/read-snippets.ts';

const root = dirname(import.meta.dirname);
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** Words of the docs, each with its page: in blocks and between the lines alike. */
const found = (pattern: RegExp): readonly { readonly page: string; readonly match: RegExpExecArray }[] =>
  listPages(root).flatMap((page) => [...read(page).matchAll(pattern)].map((match) => ({ page, match })));

const OPTION = /(?<=\s)--?[a-z][\w-]*/g;

it('each npm script that the docs name is there', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = found(/\bnpm (?:run ([a-z]+)|(start|test)\b)/g);
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(({ match: [, script, short = ''] }) => !Object.hasOwn(scripts, script ?? short));
  expect(missing.map(({ page, match: [words] }) => `${page}: ${words}`)).toEqual([]);
});

it('what takes hours is called with options that it takes', () => {
  const parsers = { bench: parseBenchOptions, chaos: parseChaosOptions, soak: parseSoakOptions };
  const calls = found(/\bnpm run (bench|chaos|soak) -- ([^`#\n]+)/g);
  expect(calls.length).toBeGreaterThan(10);
  for (const { page, match } of calls) {
    const [words, script, args = ''] = match;
    const parse = parsers[script as keyof typeof parsers];
    expect(() => parse(args.trim().split(/\s+/)), `${page}: ${words}`).not.toThrow();
  }
});

it('each command of quire that the docs name is there, with its options', () => {
  const { commands } = createProgram({ environment: {}, directory: root });
  const named = found(/(?<=[`$] ?(?:npx )?|\bnpx |exec \S+ )quire ([a-z]+)((?: [^`\n#]*(?:\\\n[^`\n#]*)?)?)/g);
  expect(named.length).toBeGreaterThan(20);
  const faults = named.flatMap(({ page, match: [words, name, rest = ''] }) => {
    const command = commands.find((each) => each.name() === name);
    if (command === undefined) return [`${page}: ${words}`];
    const help = name === 'conformance' ? read('testing/src/conformance/options.ts') : command.helpInformation();
    const options = [...rest.matchAll(OPTION)].map(([option]) => option);
    return options.filter((option) => !help.includes(option)).map((option) => `${page}: quire ${name} ${option}`);
  });
  expect(faults).toEqual([]);
});

it('each variable of the environment that the docs name is read by somebody', () => {
  const settings = new Set(fields.map(({ environment }) => environment));
  const others: Readonly<Record<string, string>> = {
    QUIRE_DEV_PORT: 'scripts/dev.mjs',
    QUIRE_OTHER_CHECKOUT: 'e2e/bench/contestants.ts',
    QUIRE_TEST_SEED: 'testing/src/seeded.ts',
  };
  const strange = found(/\bQUIRE_[A-Z_]+\b/g).filter(({ match: [name] }) => {
    const reader = others[name];
    return !settings.has(name) && (reader === undefined || !read(reader).includes(name));
  });
  expect(strange.map(({ page, match: [name] }) => `${page}: ${name}`)).toEqual([]);
});

it('each file that the docs name is there', () => {
  const named = found(/(?<=[`\s])(?:client|deploy|docs|e2e|persistence|protocol|scripts|server|testing)\/[\w./*-]*\w/g);
  expect(named.length).toBeGreaterThan(100);
  const missing = named.filter(({ match: [path] }) =>
    path.includes('*') ? globSync(path, { cwd: root }).length === 0 : !existsSync(join(root, path)),
  );
  expect(missing.map(({ page, match: [path] }) => `${page}: ${path}`)).toEqual([]);
});
