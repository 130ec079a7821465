/**
 * How a step ended: a check counts as one test; a suite counts by its report. `unsteady` names what failed at first and
 * passed at a second look.
 *
 * @typedef {{ step: string, exit: string, ok: boolean, durationMs: number }} Ended exit: in words, for the complaint
 * @typedef {Ended & { kind: 'check' }} CheckOutcome
 * @typedef {Ended & { kind: 'suite', report: readonly import('./read-report.mjs').FileTally[] | { unreadable: string }, floor: number, unsteady: readonly string[] }} SuiteOutcome
 * @typedef {CheckOutcome | SuiteOutcome} Outcome
 * @typedef {{ passed: number, failed: number, complaints: string[], hints: string[] }} Verdict
 */

const FLOOR_SLACK = 25;
// What is read of a run is often its last lines.
const NAMED_FAILURES = 20;

/**
 * Sums a run up. Every complaint also counts as a failure, so that "0 failed" is never printed over a run that isn't
 * whole.
 *
 * @param {readonly Outcome[]} outcomes
 * @returns {Verdict}
 */
export function judge(outcomes) {
  const verdicts = joinParts(outcomes).map((outcome) =>
    outcome.kind === 'check' ? judgeCheck(outcome) : judgeSuite(outcome),
  );
  if (verdicts.length === 0) verdicts.push(fault('nothing was run'));
  return {
    passed: sum(verdicts.map((verdict) => verdict.passed)),
    failed: sum(verdicts.map((verdict) => verdict.failed)),
    complaints: verdicts.flatMap((verdict) => verdict.complaints),
    hints: verdicts.flatMap((verdict) => verdict.hints),
  };
}

/**
 * What has one name is one suite that ran in parts: it is judged as a whole, and has one floor.
 *
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome[]}
 */
function joinParts(outcomes) {
  /** @type {Map<string, Outcome>} */
  const suites = new Map();
  for (const outcome of outcomes) {
    const first = suites.get(outcome.step);
    const isPart = first?.kind === 'suite' && outcome.kind === 'suite';
    suites.set(outcome.step, isPart ? join(first, outcome) : outcome);
  }
  return [...suites.values()];
}

/**
 * @param {SuiteOutcome} one
 * @param {SuiteOutcome} other
 * @returns {SuiteOutcome}
 */
function join(one, other) {
  const unreadable = [one, other].find(({ report }) => 'unreadable' in report);
  if (unreadable !== undefined) return unreadable;
  const failing = one.ok ? other : one;
  return {
    ...failing,
    report: [one, other].flatMap(({ report }) => ('unreadable' in report ? [] : report)),
    unsteady: [...one.unsteady, ...other.unsteady],
  };
}

/**
 * @param {CheckOutcome} outcome
 * @returns {Verdict}
 */
function judgeCheck({ step, ok, exit }) {
  return ok ? { passed: 1, failed: 0, complaints: [], hints: [] } : fault(`${step}: ${exit}`);
}

/**
 * @param {SuiteOutcome} outcome
 * @returns {Verdict}
 */
function judgeSuite({ step, ok, exit, report, floor, unsteady }) {
  if ('unreadable' in report) return fault(`${step}: no report to count (${report.unreadable}; the runner ${exit})`);
  const passed = sum(report.map((file) => file.passed));
  const failed = sum(report.map((file) => file.failed));
  const skipped = sum(report.map((file) => file.skipped));
  const broken = sum(report.map((file) => file.broken));
  const total = passed + failed + skipped;
  const complaints = [];
  let failures = failed + skipped + broken;
  if (failed > 0) {
    const names = report.flatMap(({ file, failures }) =>
      failures.map(({ name, why }) => `\n  ${file}: ${name}\n    ${why}`),
    );
    complaints.push(`${step}: ${count(failed, 'test')} failed${names.slice(0, NAMED_FAILURES).join('')}`);
  }
  if (skipped > 0) complaints.push(`${step}: ${count(skipped, 'test')} skipped or left to do: mend or remove them`);
  if (broken > 0) {
    const files = report.filter((tally) => tally.broken > 0 && tally.file !== '').map(({ file }) => `\n  ${file}`);
    complaints.push(
      `${step}: ${count(broken, 'failure')} outside of any test${files.slice(0, NAMED_FAILURES).join('')}`,
    );
  }
  if (!ok && failures === 0) {
    complaints.push(`${step}: the runner ${exit} although every test passed: an unhandled error or a crash`);
    failures += 1;
  }
  if (total < floor) {
    complaints.push(`${step}: ${count(total, 'test')} ran, the floor is ${floor}: tests went missing`);
    failures += 1;
  }
  const hints = unsteady.map((name) => `${step}: UNSTEADY, failed among others and passed alone: ${name}`);
  if (floor > 0 && total > floor + FLOOR_SLACK) {
    hints.push(`${step}: ${total} tests ran, the floor is ${floor}: raise it to ${total} in .ci/test-floor.json`);
  }
  return { passed, failed: failures, complaints, hints };
}

/**
 * @param {string} complaint
 * @returns {Verdict}
 */
function fault(complaint) {
  return { passed: 0, failed: 1, complaints: [complaint], hints: [] };
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * @param {number} number
 * @param {string} noun
 */
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
