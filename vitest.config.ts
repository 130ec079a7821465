import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They last for minutes by the clock, however much there is to compute with. */
const ENDURANCE = ['e2e/{soak/soak,chaos/cluster/chaos}.test.ts'];
/** The bench takes minutes, too: begun last, it would leave the other worker idle. Chaos computes more than a soak, which then has more beside it. */
const FIRST = /\/e2e\/(bench\/bench|chaos\/cluster\/chaos)\.test/;
/** Where people are kept waiting for a few seconds at most, and where the most is computed: when all the rest is done. */
const LAST = /\/e2e\/(cluster\/rolling-restart|drain\/drain|fuzz\/fuzz|crash\/crash|bad-input\/stopped-reader)\.test/;

/** Where tests start processes of their own, kill them, and change what belongs to a whole process. */
const APART = ['{testing,scripts,e2e}/**/*.test.ts'];
/**
 * In these packages too: with a document or a database of the browser for each, or without any; where all that is alive counts; and
 * where a thread comes to the end of its memory, at which V8 may end the whole process.
 */
const APART_TOO = [
  'client/sdk/src/{environment,offline,leftovers,server}.test.ts',
  'client/sdk/src/react/rendered-on-a-server.test.tsx',
  'server/src/{collab/judgement-thread,gateway/draining}.test.ts',
  'client/widgets/src/{attributes,base/{quire-element,roving-focus},chat/quire-chat,comments/quire-comments}.test.ts',
  'client/widgets/src/{cursors,map,motion,notifications,parts,presence,whiteboard}/*.test.ts',
];

/** Projects one after the other, since a process passes from file to file only within one. */
const PROJECTS = ['endurance', 'integration', 'unit'];

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number =>
      3 * PROJECTS.indexOf(project.name) + (FIRST.test(moduleId) ? 0 : LAST.test(moduleId) ? 2 : 1);
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'endurance', include: ENDURANCE, exclude } },
      {
        extends: true,
        test: { name: 'integration', include: [...APART, ...APART_TOO], exclude: [...exclude, ...ENDURANCE] },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{protocol,persistence,server}/**/*.test.ts', 'client/*/**/*.test.{ts,tsx}'],
          exclude: [...exclude, ...APART_TOO],
          // Small files that share nothing: a process is started, and loads Quire, once for many of them.
          isolate: false,
        },
      },
    ],
    environment: 'node',
    pool: 'forks',
    sequence: { sequencer: InOrder },
    // The cores that there are at the least. Three workers of `integration` are too many: restarts under load and the fuzz ran
    // out of their time. Beside its two a whole run has one of each of the others (scripts/test-run/plan.mjs): that goes.
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
