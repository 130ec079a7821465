import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,persistence,server,testing,scripts,e2e}/**/*.test.ts', 'client/*/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    // Tests open sockets, kill children and lean on finalisers: a process of its own for each file keeps them apart.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
