import { defineConfig } from 'vite';
import { build, entry, shared } from './vite.shared.ts';

/** One classic script with everything in it, for frames whose sandbox lets no module in. */
export default defineConfig({
  ...shared,
  build: {
    ...build,
    rolldownOptions: {
      input: { quire: entry },
      output: { format: 'iife', name: 'Quire', entryFileNames: '[name].iife.js', codeSplitting: false },
    },
  },
});
