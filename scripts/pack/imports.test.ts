import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assertDeclared, findImports, findNeededTypes } from './imports.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-imports-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function manifestWith(dependencies: Record<string, string>) {
  return { name: '@quire/example', version: '1.0.0', exports: {}, dependencies };
}

describe('what a package imports', () => {
  test('is found in every form that the compiler writes, and neither neighbours nor Node are among it', () => {
    write(
      'dist/index.js',
      "import { a } from 'ws';\nimport 'pino';\nexport { b } from 'lib0/encoding';\nawait import('jose');\n",
    );
    write(
      'dist/deep/types.d.ts',
      "import type { D } from '@scope/name/deep';\nexport declare const e: import('hono').Hono;\n",
    );
    write('dist/near.js', "import { a } from './index.js';\nimport { join } from 'node:path';\nimport fs from 'fs';\n");
    const found = findImports(folder, 'dist/**/*.{js,d.ts}');
    expect([...found.keys()].sort()).toEqual(['@scope/name', 'hono', 'jose', 'lib0', 'pino', 'ws']);
    expect(found.get('hono')).toBe(join('dist', 'deep', 'types.d.ts'));
  });

  test('must be named in its manifest: elsewhere, nothing but what is named is installed', () => {
    write('dist/index.js', "import { WebSocket } from 'ws';\nimport * as self from '@quire/example';\n");
    expect(() => assertDeclared(manifestWith({}), folder)).toThrow(/@quire\/example imports ws in dist.index\.js/);
    expect(() => assertDeclared(manifestWith({ ws: '8.0.0' }), folder)).not.toThrow();
    const asPeer = { ...manifestWith({}), peerDependencies: { ws: '^8.0.0' } };
    expect(() => assertDeclared(asPeer, folder)).not.toThrow();
  });

  test('brings its types along where declarations lean on them, and only there, and not those of a peer', () => {
    write('dist/index.d.ts', "import type { WebSocket } from 'ws';\n");
    write('dist/react/index.d.ts', "import type { ReactNode } from 'react';\n");
    write('dist/index.js', "import markdown from 'markdown-it';\n");
    const devDependencies = {
      '@types/ws': '8.1.0',
      '@types/react': '19.3.0',
      '@types/markdown-it': '14.0.0',
      vitest: '5.0.0',
    };
    const manifest = { name: 'x', version: '1.0.0', devDependencies, peerDependencies: { react: '>=18.2' } };
    expect(findNeededTypes(manifest, folder)).toEqual({ '@types/ws': '8.1.0' });
  });
});
