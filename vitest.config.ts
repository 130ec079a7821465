import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each, in small files: begun last, they would leave all workers but one idle at the end. */
const LONG = /\/e2e\/(soak\/soak|bench\/bench|chaos\/cluster\/chaos)\.test/;

/** In a process for each: where tests start processes of their own, kill them, and change what belongs to a whole process. */
const APART = [
  '{testing,scripts}/**/*.test.ts',
  // With a document or a database of the browser for each, or without any; and where all that is alive counts.
  'client/sdk/src/{environment,offline,leftovers,server}.test.ts',
  'client/sdk/src/react/rendered-on-a-server.test.tsx',
  'server/src/gateway/draining.test.ts',
  'client/widgets/src/{attributes,base/{quire-element,roving-focus},chat/quire-chat,comments/quire-comments}.test.ts',
  'client/widgets/src/{cursors,map,motion,notifications,parts,presence,whiteboard}/*.test.ts',
];

/** One after the other, since a process passes from file to file only within one. */
const PROJECTS = ['integration', 'apart', 'unit'];

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number =>
      LONG.test(moduleId) ? -1 : PROJECTS.indexOf(project.name);
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      // Whole systems, servers under load and clusters: a whole run has all the rest beside them (scripts/test-run/plan.mjs).
      { extends: true, test: { name: 'integration', include: ['e2e/**/*.test.ts'], exclude } },
      { extends: true, test: { name: 'apart', include: APART, exclude } },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{protocol,persistence,server}/**/*.test.ts', 'client/*/**/*.test.{ts,tsx}'],
          exclude: [...exclude, ...APART],
          // Small files that share nothing: a process is started, and loads Quire, once for many of them.
          isolate: false,
        },
      },
    ],
    environment: 'node',
    pool: 'forks',
    sequence: { sequencer: LongOnesFirst },
    // The cores that there are at the least. Three workers of `integration` are too many: restarts under load and the fuzz ran
    // out of their time. Beside its two a whole run has one of the other projects (scripts/test-run/plan.mjs): that goes.
    maxWorkers: 2,
    setupFiles: ['./scripts/test-run/patience.ts'],
    expect: { poll: { timeout: 15_000 } },
    // What a failure says in the summary is all that can be read of it afterwards.
    chaiConfig: { truncateThreshold: 400 },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
