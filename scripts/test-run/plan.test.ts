import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSelection, planStages } from './plan.mjs';
import type { Step } from './run-step.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quire-plan-'));
  mkdirSync(join(root, '.ci'));
  writeFloor('{ "unit": 7, "integration": 5, "browser": 0 }');
});

afterEach(() => rmSync(root, { recursive: true }));

function writeFloor(text: string): void {
  writeFileSync(join(root, '.ci', 'test-floor.json'), text);
}

function addSpec(): void {
  mkdirSync(join(root, 'e2e', 'browser', 'deep'), { recursive: true });
  writeFileSync(join(root, 'e2e', 'browser', 'deep', 'editing.spec.ts'), '');
}

function steps(...args: string[]): Step[] {
  return planStages(root, parseSelection(args)).flat(2);
}

function plan(...args: string[]): { name: string; floor?: number }[] {
  return steps(...args).map((step) =>
    step.kind === 'suite' ? { name: step.name, floor: step.floor } : { name: step.name },
  );
}

describe('what a run consists of', () => {
  test('everything, with its floors; browser tests once there are specs', () => {
    const [unit, integration] = [
      { name: 'unit', floor: 7 },
      { name: 'integration', floor: 5 },
    ];
    const always = [{ name: 'lint' }, { name: 'types' }, unit, integration, integration];
    expect(plan()).toEqual(always);
    addSpec();
    expect(plan()).toEqual([...always, { name: 'browser', floor: 0 }]);
  });

  test('what computes goes beside what waits, and browsers have the machine for themselves', () => {
    addSpec();
    const stages = planStages(root, parseSelection([]));
    expect(stages.map((lanes) => lanes.map((lane) => lane.map(({ name }) => name)))).toEqual([
      [['lint', 'types', 'unit'], ['integration'], ['integration']],
      [['browser']],
    ]);
  });

  test('the two parts of the integration tests report by themselves, and a step of that name is both', () => {
    const parts = steps('--only', 'integration').flatMap((step) => (step.kind === 'suite' ? [step] : []));
    expect(new Set(parts.map(({ reportPath }) => reportPath)).size).toBe(2);
    expect(parts.map(({ args }) => args.filter((arg) => arg.startsWith('--project')))).toEqual([
      ['--project=endurance'],
      ['--project=integration'],
    ]);
  });

  test('browser specs that vanished are missed by their floor', () => {
    writeFloor('{ "unit": 7, "integration": 5, "browser": 3 }');
    expect(plan()).toContainEqual({ name: 'browser', floor: 3 });
  });

  test('a selection has no floor', () => {
    addSpec();
    expect(plan('--only', 'unit')).toEqual([{ name: 'unit', floor: 0 }]);
    expect(plan('--only=lint,types')).toEqual([{ name: 'lint' }, { name: 'types' }]);
    expect(plan('persistence')).toEqual([{ name: 'tests', floor: 0 }]);
    expect(plan('e2e/browser/deep')).toEqual([{ name: 'browser', floor: 0 }]);
    expect(plan('persistence', 'editing.spec.ts').map((step) => step.name)).toEqual(['tests', 'browser']);
    expect(planStages(root, parseSelection(['--only', 'unit,integration']))).toHaveLength(1);
    expect(planStages(root, parseSelection(['--only', 'unit,integration']))[0]).toHaveLength(1);
  });

  test('only a whole run takes a second look: who selects looks himself', () => {
    addSpec();
    const looks = (...args: string[]) =>
      steps(...args).flatMap((step) => (step.kind === 'suite' ? [step.alone?.(['b']) ?? null] : []));
    const tests = ['--maxWorkers=1', 'b'];
    expect(looks().map((look) => look?.slice(-2))).toEqual([tests, tests, tests, ['--workers=1', 'b']]);
    expect(looks('persistence', 'editing.spec.ts')).toEqual([null, null]);
  });

  test('an unknown step or option is refused, not taken for everything', () => {
    expect(() => parseSelection(['--only', 'units'])).toThrow('unknown step "units"');
    expect(() => parseSelection(['--only'])).toThrow('unknown step');
    expect(() => parseSelection(['--fast'])).toThrow('unknown option --fast');
  });

  test('a whole run without readable floors is refused', () => {
    writeFloor('{ "unit": 7, "browser": 3 }');
    expect(() => plan()).toThrow('three whole numbers');
    rmSync(join(root, '.ci', 'test-floor.json'));
    expect(() => plan()).toThrow('test-floor.json is missing');
  });
});
