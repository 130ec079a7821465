import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { fakeFolder, fakeSuite, PLAYWRIGHT_REPORT, useFakeSuites, vitestFile, WHY, writing } from './fake-suites.ts';
import { judge, type Outcome } from './judge.mjs';
import { runStage } from './run-stage.mjs';
import type { Step, Suite } from './run-step.mjs';

useFakeSuites();

/** A check that is a line of JavaScript in the folder of the test. */
function fakeCheck(name: string, script: string): Step {
  const args = ['-e', `const { existsSync, writeFileSync } = require('node:fs'); ${script}`];
  return { name, kind: 'check', program: process.execPath, args, env: process.env, cwd: fakeFolder() };
}

/** Waits for what somebody else writes. */
const until = (file: string): string =>
  `while (!existsSync('${file}')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);`;

async function runAlone(suite: Suite): Promise<Outcome> {
  const [outcome] = await runStage([[suite]]);
  if (outcome === undefined) throw new Error('nothing was run');
  return outcome;
}

describe('lanes', () => {
  test('go side by side, their steps one after the other, and each runs whatever became of the one before', async () => {
    const outcomes = await runStage([
      [
        fakeCheck('one', `writeFileSync('one', ''); ${until('other')} process.exitCode = 1;`),
        fakeCheck('two', "writeFileSync('two', '')"),
      ],
      [fakeCheck('other', `${until('one')} writeFileSync('other', ''); ${until('two')}`)],
    ]);
    expect(outcomes.map(({ step, ok }) => [step, ok])).toEqual([
      ['one', false],
      ['two', true],
      ['other', true],
    ]);
  });

  test('what is printed beside the last lane is shown as a whole, under its name, also where it fails', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      const script = "console.log('here'); console.error('and there'); process.exitCode = 1;";
      await runStage([[fakeCheck('lint', script)], [fakeCheck('watched', '')]]);
      expect(log.mock.calls.map(([line]) => line)).toEqual(['\n=== watched', '\n=== lint\nhere\nand there\n']);
    } finally {
      log.mockRestore();
    }
  });

  test('a second look comes when nothing else is going on', async () => {
    const failing = fakeSuite(
      `${writing({ testResults: [vitestFile('b.test.ts', 'failed', ['failed'])] })} process.exit(1);`,
    );
    const passes = writing({ testResults: [vitestFile('b.test.ts', 'passed', ['passed'])] });
    // Alone, it would wait for the other lane no longer than it takes to see that it has ended.
    const alone = () => fakeSuite(`if (require('node:fs').existsSync('ended')) { ${passes} }`).args;
    const slow = fakeCheck('slow', `${until('reports/unit.json')} writeFileSync('ended', '');`);
    const outcomes = await runStage([[{ ...failing, alone }], [slow]]);
    expect(judge(outcomes)).toMatchObject({ passed: 2, failed: 0 });
  });

  test('who interrupts ends what runs in all of them, and nothing more is begun', async () => {
    const lane = (name: string) => [
      fakeCheck(name, `writeFileSync('${name}', ''); setInterval(() => {}, 1000);`),
      fakeCheck('after', "writeFileSync('after', '')"),
    ];
    const stage = JSON.stringify([lane('a'), lane('b')]);
    const program = `import { runStage } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'run-stage.mjs')).href)};
      await runStage(${stage}).catch((error) => { console.log(error.message); process.exitCode = 1; });`;
    writeFileSync(join(fakeFolder(), 'program.mjs'), program);
    const runner = spawn(process.execPath, ['program.mjs'], {
      cwd: fakeFolder(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    runner.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    await vi.waitFor(() =>
      expect(['a', 'b'].map((name) => existsSync(join(fakeFolder(), name)))).toEqual([true, true]),
    );
    const ended = new Promise((resolve) => runner.once('close', resolve));
    runner.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(printed).toContain('interrupted');
    expect(existsSync(join(fakeFolder(), 'after'))).toBe(false);
  });
});

describe('a second look at what failed', () => {
  /** A suite that reports `first`, and `second` when some of its files are run alone. */
  function looked(first: readonly unknown[], second: readonly unknown[], secondStatus: number): Suite {
    const asked: string[] = [];
    const script = (files: readonly unknown[], status: number) =>
      `${writing({ testResults: files })} process.exit(${status});`;
    const suite = fakeSuite(script(first, 1));
    return {
      ...suite,
      alone: (files) => {
        asked.push(...files);
        expect(asked).toEqual(['b.test.ts']);
        return fakeSuite(script(second, secondStatus)).args;
      },
    };
  }
  const steady = () => vitestFile('a.test.ts', 'passed', ['passed', 'passed']);
  const failed = () => vitestFile('b.test.ts', 'failed', ['failed', 'passed']);

  test('what passes alone counts as passed, and is named', async () => {
    const outcome = await runAlone(
      looked([steady(), failed()], [vitestFile('b.test.ts', 'passed', ['passed', 'passed'])], 0),
    );
    expect(outcome).toMatchObject({ unsteady: [`b.test.ts: test 0\n    ${WHY}`] });
    expect(judge([outcome])).toMatchObject({ passed: 4, failed: 0 });
  });

  test('what fails alone too has failed', async () => {
    const outcome = await runAlone(looked([steady(), failed()], [failed()], 1));
    expect(outcome).toMatchObject({ unsteady: [] });
    expect(judge([outcome])).toMatchObject({ passed: 3, failed: 1 });
  });

  test.each([
    ['says nothing of the file', []],
    ['leaves a test out', [['skipped', 'passed']]],
    ['runs fewer', [['passed']]],
  ])('it mends nothing when it %s', async (_name, statuses) => {
    const again = statuses.map((each) => vitestFile('b.test.ts', 'passed', each));
    const outcome = await runAlone(looked([steady(), failed()], again, 0));
    expect(judge([outcome]).failed).toBeGreaterThan(0);
  });

  test('there is none where more than five files failed, where tests were skipped, or where a fault belongs to no file', async () => {
    const names = ['b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}.test.ts`);
    const refusing = { alone: () => expect.unreachable('a second look') };
    const many = names.map((name) => vitestFile(name, 'failed', ['failed']));
    const skipping = [vitestFile('b.test.ts', 'failed', ['failed', 'skipped'])];
    for (const testResults of [many, skipping]) {
      const outcome = await runAlone(fakeSuite(`${writing({ testResults })} process.exit(1);`, refusing));
      expect(judge([outcome]).failed).toBeGreaterThan(0);
    }
    const outcome = await runAlone(fakeSuite(writing(PLAYWRIGHT_REPORT), { format: 'playwright', ...refusing }));
    expect(judge([outcome]).failed).toBeGreaterThan(0);
  });
});
