import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readReport } from './read-report.mjs';
import { afterSecondLook, filesForSecondLook } from './second-look.mjs';

/**
 * A suite that can be told to run some of its files `alone`, with nothing beside them, gets a second look at what failed.
 *
 * @typedef {{ name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string }} Command
 * @typedef {Command & { kind: 'check' }} Check
 * @typedef {Command & { kind: 'suite', format: import('./read-report.mjs').ReportFormat, reportPath: string, floor: number, alone: ((files: readonly string[]) => readonly string[]) | null }} Suite
 * @typedef {Check | Suite} Step
 */

// Above the longest suite by far: it only ends a runner that hangs, so that the run still says so.
const STEP_LIMIT_MS = 40 * 60 * 1000;

/**
 * @param {Step} step
 * @returns {Promise<import('./judge.mjs').Outcome>}
 */
export async function runStep(step) {
  if (step.kind === 'check') return { kind: 'check', ...(await runTimed(step)) };
  const first = await runSuite(step);
  const files = filesForSecondLook(first);
  if (step.alone === null || files.length === 0) return first;
  console.log(`\n=== ${step.name}: a second look at what failed, alone: ${files.join(', ')}`);
  return afterSecondLook(first, await runSuite({ ...step, args: step.alone(files) }));
}

/**
 * @param {Suite} suite
 * @returns {Promise<import('./judge.mjs').SuiteOutcome>}
 */
async function runSuite(suite) {
  // What an earlier run reported must never count for this one.
  mkdirSync(dirname(suite.reportPath), { recursive: true });
  rmSync(suite.reportPath, { force: true });
  const ended = await runTimed(suite);
  return { kind: 'suite', ...ended, report: reportOf(suite), floor: suite.floor, unsteady: [] };
}

/** @param {Command} command */
async function runTimed(command) {
  const startedAt = performance.now();
  const end = await runToEnd(command);
  return { step: command.name, ...end, durationMs: performance.now() - startedAt };
}

/** @param {Suite} suite */
function reportOf({ reportPath, format, cwd }) {
  try {
    return readReport(reportPath, format, cwd);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The runner leads a process group of its own: at the limit all of it is killed; when we are told to end, all of it is
 * told the same, waited for, and nothing else is run.
 *
 * @param {Command} command
 * @returns {Promise<{ ok: boolean, exit: string }>}
 */
function runToEnd({ program, args, env, cwd }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit', detached: true });
    const signalGroup = (/** @type {NodeJS.Signals} */ signal) => {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    };
    let isInterrupted = false;
    const interrupt = (/** @type {NodeJS.Signals} */ signal) => {
      isInterrupted = true;
      signalGroup(signal);
    };
    const limit = setTimeout(() => signalGroup('SIGKILL'), STEP_LIMIT_MS);
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    const settle = (/** @type {{ ok: boolean, exit: string }} */ end) => {
      clearTimeout(limit);
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      if (isInterrupted) reject(new Error('interrupted'));
      else resolve(end);
    };
    child.once('error', (error) => settle({ ok: false, exit: `did not start: ${error.message}` }));
    child.once('exit', (code, signal) =>
      settle({ ok: code === 0, exit: signal === null ? `ended with status ${code}` : `was ended by ${signal}` }),
    );
  });
}
