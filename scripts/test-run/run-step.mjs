import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readReport } from './read-report.mjs';

/**
 * @typedef {{ name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string }} Command
 * @typedef {Command & { kind: 'check' }} Check
 * @typedef {Command & { kind: 'suite', format: import('./read-report.mjs').ReportFormat, reportPath: string, floor: number }} Suite
 * @typedef {Check | Suite} Step
 */

// Above the longest suite by far: it only ends a runner that hangs, so that the run still says so.
const STEP_LIMIT_MS = 20 * 60 * 1000;

/**
 * @param {Step} step
 * @returns {Promise<import('./judge.mjs').Outcome>}
 */
export async function runStep(step) {
  // What an earlier run reported must never count for this one.
  if (step.kind === 'suite') {
    mkdirSync(dirname(step.reportPath), { recursive: true });
    rmSync(step.reportPath, { force: true });
  }
  const startedAt = performance.now();
  const end = await runToEnd(step);
  const ended = { step: step.name, ...end, durationMs: performance.now() - startedAt };
  return step.kind === 'check'
    ? { kind: 'check', ...ended }
    : { kind: 'suite', ...ended, report: reportOf(step), floor: step.floor };
}

/** @param {Suite} suite */
function reportOf({ reportPath, format }) {
  try {
    return readReport(reportPath, format);
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
