import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = dirname(import.meta.dirname);

/** Where a file lies and what it imports: forbidden, each by the arrow of the architecture that it goes against. */
const FORBIDDEN = [
  ['protocol/src', '@quire/persistence'],
  ['protocol/src', '@quire/client'],
  ['protocol/src', 'node:fs'],
  ['protocol/src', 'fs'],
  ['protocol/src', 'yjs'],
  ['protocol/src', 'y-protocols/sync'],
  ['protocol/src', 'ws'],
  ['protocol/src/frames', '../../../server/src/main.ts'],
  ['persistence/src', '@quire/protocol'],
  ['persistence/src', '@quire/server'],
  ['persistence/src', '../../protocol/src/index.ts'],
  ['persistence/src', '@hocuspocus/server'],
  ['server/src', '@hocuspocus/server'],
  ['server/src/gateway', '@hocuspocus/server'],
  ['server/src/gateway', '@hocuspocus/server/dist/types.js'],
  ['server/src/gateway', '@quire/client'],
  ['server/src/gateway', '@quire/testing'],
  ['server/src/gateway', '../../../persistence/src/index.ts'],
  ['server/src/collab', '@quire/client'],
  ['server/src/collab', '@quire/testing'],
  ['server/src/auth', '../api/problems.ts'],
  ['server/src/auth/webhook', '../../api/check.ts'],
  ['server/src/comments', '../api/turns.ts'],
  ['server/src/registry', '../api/problems.ts'],
  ['server/src/collab', '../api/problems.ts'],
  ['server/src', './testing/people.ts'],
  ['server/src/gateway', '../testing/people.ts'],
  ['server/src/collab', '../testing/people.ts'],
  ['client/sdk/src', '@quire/server'],
  ['client/sdk/src', '@quire/persistence'],
  ['client/sdk/src', 'react'],
  ['client/sdk/src', './react/index.ts'],
  ['client/sdk/src', 'node:events'],
  ['client/sdk/src/react', 'react-dom'],
  ['client/sdk/src/react', '@quire/server'],
  ['client/sdk/src/react', 'node:events'],
  ['client/widgets/src', '@quire/protocol'],
  ['client/widgets/src', '@quire/server'],
  ['client/widgets/src', '../../app/src/routes.ts'],
  ['client/widgets/src/editor', 'react'],
  ['client/widgets/src/base', 'node:events'],
  ['client/app/src', '@quire/protocol'],
  ['client/app/src', '@quire/server'],
  ['client/app/src', '../../sdk/src/index.ts'],
  ['client/app/src', '../../widgets/src/index.ts'],
  ['client/app/src', '@hocuspocus/provider'],
  ['client/examples/tiptap', '@quire/protocol'],
  ['client/examples/tiptap', '../../sdk/src/index.ts'],
  ['testing/src', '@quire/client'],
  ['testing/src', '../../server/src/main.ts'],
  ['e2e/crash', '@quire/server'],
  ['e2e/crash', '@quire/persistence'],
  ['e2e/crash', '../../server/src/main.ts'],
] as const;

const ALLOWED = [
  ['protocol/src', 'lib0/encoding'],
  ['protocol/src', 'zod'],
  ['protocol/src/frames', '../roles.ts'],
  ['persistence/src', 'yjs'],
  ['persistence/src', 'node:fs'],
  ['server/src/gateway', '@quire/protocol'],
  ['server/src/gateway', '@quire/persistence'],
  ['server/src/gateway', '../collab/document-owner.ts'],
  ['server/src/auth', '../problems.ts'],
  ['server/src/comments', '../turns.ts'],
  ['server/src/api', './problems.ts'],
  ['server/src/api', '../problems.ts'],
  ['server/src', './api/problems.ts'],
  ['server/src/collab', '@hocuspocus/server'],
  ['server/src/testing', '@hocuspocus/provider'],
  ['client/sdk/src', '@quire/protocol'],
  ['client/sdk/src', '@hocuspocus/provider'],
  ['client/sdk/src/react', 'react'],
  ['client/sdk/src/react', '../connect.ts'],
  ['client/app/src', '@quire/client/react'],
  ['client/widgets/src', '@quire/client'],
  ['client/widgets/src/editor', '@tiptap/core'],
  ['client/app/src', '@quire/client'],
  ['client/app/src', '@quire/widgets/document'],
  ['client/app/src', '@tiptap/core'],
  ['client/examples/tiptap', '@quire/client'],
  ['client/examples/tiptap', '@tiptap/core'],
  ['testing/src', '@quire/server'],
  ['testing/src', '@quire/protocol'],
  ['testing/src', '@quire/persistence'],
  ['e2e/crash', '@quire/testing'],
  ['e2e/crash', '@quire/client'],
] as const;

const ARROW_RULES = new Set(['lint/style/noRestrictedImports', 'lint/correctness/noNodejsModules']);

let copy: string;
let refused: Set<string>;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'quire-arrows-'));
  for (const path of ['biome.json', '.gitignore', ...manifests()]) place(path);
  for (const [index, [folder, source]] of [...FORBIDDEN, ...ALLOWED].entries()) {
    const path = join(copy, folder, `example-${index}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import { thing } from '${source}';\n\nexport const it: unknown = thing;\n`);
  }
  refused = refusedFiles();
});

afterAll(() => rmSync(copy, { recursive: true }));

describe('imports follow the arrows of the architecture', () => {
  test.each(FORBIDDEN.map((pair, index) => [...pair, index] as const))(
    '%s may not import %s',
    (folder, _source, index) => {
      expect(refused).toContain(`${folder}/example-${index}.ts`);
    },
  );

  test.each(ALLOWED.map((pair, index) => [...pair, FORBIDDEN.length + index] as const))(
    '%s may import %s',
    (folder, _source, index) => {
      expect(refused).not.toContain(`${folder}/example-${index}.ts`);
    },
  );
});

function manifests(): string[] {
  return globSync(['package.json', '*/package.json', 'client/*/package.json'], { cwd: root });
}

function place(path: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  copyFileSync(join(root, path), join(copy, path));
}

function refusedFiles(): Set<string> {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const result = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: copy,
    encoding: 'utf8',
  });
  const report: { diagnostics: { category: string; severity: string; location: { path: string } }[] } = JSON.parse(
    result.stdout,
  );
  const errors = report.diagnostics.filter(
    ({ category, severity }) => ARROW_RULES.has(category) && severity === 'error',
  );
  return new Set(errors.map(({ location }) => location.path));
}
