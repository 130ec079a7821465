import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readReport } from './read-report.mjs';
import { afterSecondLook, filesForSecondLook } from './second-look.mjs';

/**
 * A suite that can be told to run some of its files `alone`, with nothing beside them, gets a second look at what failed.
 * What a runner prints is passed on at once (`isLive`), or as a whole when it has ended.
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
 * @param {boolean} isLive
 * @returns {Promise<import('./judge.mjs').Outcome>}
 */
export async function runStep(step, isLive) {
  if (step.kind === 'check') return { kind: 'check', ...(await runTimed(step, isLive)) };
  return runSuite(step, isLive);
}

/**
 * @param {Step} step
 * @param {import('./judge.mjs').Outcome} first
 * @returns {Promise<import('./judge.mjs').Outcome>}
 */
export async function lookAgain(step, first) {
  if (step.kind === 'check' || first.kind === 'check' || step.alone === null) return first;
  const files = filesForSecondLook(first);
  if (files.length === 0) return first;
  console.log(`\n=== ${step.name}: a second look at what failed, alone: ${files.join(', ')}`);
  return afterSecondLook(first, await runSuite({ ...step, args: step.alone(files) }, true));
}

/**
 * @param {Suite} suite
 * @param {boolean} isLive
 * @returns {Promise<import('./judge.mjs').SuiteOutcome>}
 */
async function runSuite(suite, isLive) {
  // What an earlier run reported must never count for this one.
  mkdirSync(dirname(suite.reportPath), { recursive: true });
  rmSync(suite.reportPath, { force: true });
  const ended = await runTimed(suite, isLive);
  return { kind: 'suite', ...ended, report: reportOf(suite), floor: suite.floor, unsteady: [] };
}

/**
 * @param {Command} command
 * @param {boolean} isLive
 */
async function runTimed(command, isLive) {
  const startedAt = performance.now();
  const end = await (isLive ? runToEnd(command, 'inherit') : runInSilence(command));
  return { step: command.name, ...end, durationMs: performance.now() - startedAt };
}

/**
 * What it prints goes to a file and not through a pipe, which something that it left behind could hold open.
 *
 * @param {Command} command
 */
async function runInSilence(command) {
  const folder = mkdtempSync(join(tmpdir(), 'quire-step-'));
  const path = join(folder, 'output');
  const output = openSync(path, 'a');
  try {
    return await runToEnd(command, output);
  } finally {
    closeSync(output);
    console.log(`\n=== ${command.name}\n${readFileSync(path, 'utf8')}`);
    rmSync(folder, { recursive: true });
  }
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
 * @param {'inherit' | number} output
 * @returns {Promise<{ ok: boolean, exit: string }>}
 */
function runToEnd({ program, args, env, cwd }, output) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['inherit', output, output], detached: true });
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
