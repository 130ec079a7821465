import { globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

export default defineConfig({
  root,
  // Two copies of Yjs in one page corrupt documents silently; two of ProseMirror or React fail in strange ways.
  resolve: { dedupe: ['yjs', 'y-protocols', 'lib0', 'prosemirror-model', 'prosemirror-state', 'react', 'react-dom'] },
  build: {
    // The examples await at the top of their modules.
    target: 'es2022',
    chunkSizeWarningLimit: 800,
    rolldownOptions: { input: globSync('*/index.html', { cwd: root }).map((page) => join(root, page)) },
  },
});
