import { dirname } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: dirname(import.meta.dirname),
    include: ['examples/failing.ts'],
    reporters: ['default'],
    testTimeout: 60_000,
  },
});
