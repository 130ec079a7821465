import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each, in small files: begun last, they would leave all workers but one idle at the end. */
const LONG = /\/e2e\/(soak\/soak|bench\/bench)\.test/;

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['{protocol,persistence,server,testing,scripts,e2e}/**/*.test.ts', 'client/*/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    environment: 'node',
    // Tests open sockets, kill children and lean on finalisers: a process of its own for each file keeps them apart.
    pool: 'forks',
    sequence: { sequencer: LongOnesFirst },
    // No more than the cores that there are at the least: with three, restarts under load and the fuzz ran out of their time.
    maxWorkers: 2,
    setupFiles: ['./scripts/test-run/patience.ts'],
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
