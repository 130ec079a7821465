import { resolve } from 'node:path';
import type { UserConfig } from 'vite';

/** Beside the app, which the server serves from there. */
export const outDir = resolve(import.meta.dirname, '../app/dist/widgets');
export const entry = resolve(import.meta.dirname, 'src/index.ts');

/** What both forms of the script have in common. */
export const shared = {
  root: import.meta.dirname,
  // Wherever it is loaded from, its parts are beside it.
  base: './',
  publicDir: false,
  // Two copies of Yjs in one page corrupt documents silently; two of ProseMirror or CodeMirror fail in strange ways.
  resolve: {
    dedupe: ['yjs', 'y-protocols', 'lib0', '@tiptap/core', '@tiptap/pm', '@codemirror/state', '@codemirror/view'],
  },
} satisfies UserConfig;

export const build = {
  outDir,
  // As the app: what `light-dark()` and `color-mix()` need.
  target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
  // The app's build empties its folder; this is a part of it.
  emptyOutDir: false,
  modulePreload: false,
  chunkSizeWarningLimit: 2_000,
} satisfies UserConfig['build'];
