import { defineConfig } from 'vite';
import { build, entry, shared } from './vite.shared.ts';

/** A module: what only some elements need is fetched when the first of them is in a page. */
export default defineConfig({
  ...shared,
  build: {
    ...build,
    rolldownOptions: {
      input: { quire: entry },
      preserveEntrySignatures: 'exports-only',
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        // The server lets these be kept for ever: their names carry a hash of what is in them.
        chunkFileNames: 'assets/[name]-[hash].js',
      },
    },
  },
});
