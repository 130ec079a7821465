/**
 * A test of real processes, sockets and disks may fail because the machine is full of others. So the files that failed
 * are run once more, alone, where they are few: what fails again has failed, what passes is named as unsteady in the summary, where
 * it can't be overlooked. A suite that has more than a few of these is broken, and gets no second look.
 */
const MOST_FILES = 5;

/**
 * @param {import('./judge.mjs').SuiteOutcome} outcome
 * @returns {string[]} none where a second look could not make the run whole
 */
export function filesForSecondLook({ report }) {
  if ('unreadable' in report) return [];
  const faulty = report.filter(isFaulty);
  const isWorthIt = faulty.length <= MOST_FILES && faulty.every(({ file, skipped }) => file !== '' && skipped === 0);
  return isWorthIt ? faulty.map(({ file }) => file) : [];
}

/**
 * @param {import('./judge.mjs').SuiteOutcome} first
 * @param {import('./judge.mjs').SuiteOutcome} second of the faulty files alone
 * @returns {import('./judge.mjs').SuiteOutcome} the first run, with those files as the second look found them
 */
export function afterSecondLook(first, second) {
  const durationMs = first.durationMs + second.durationMs;
  if ('unreadable' in first.report || 'unreadable' in second.report) return { ...first, durationMs };
  const seenAgain = new Map(second.report.map((tally) => [tally.file, tally]));
  const unsteady = [];
  const report = [];
  for (const tally of first.report) {
    const again = isFaulty(tally) ? seenWhole(tally, seenAgain.get(tally.file)) : undefined;
    report.push(again ?? tally);
    if (again !== undefined && !isFaulty(again)) {
      const failures = tally.failures.length > 0 ? tally.failures : [{ name: 'the file', why: 'outside of any test' }];
      unsteady.push(...failures.map(({ name, why }) => `${tally.file}: ${name}\n    ${why}`));
    }
  }
  // The first runner said that something failed; whether all is well now, the second one says.
  return { ...first, ok: second.ok, exit: second.exit, durationMs, report, unsteady };
}

/**
 * @param {import('./read-report.mjs').FileTally} first
 * @param {import('./read-report.mjs').FileTally | undefined} second
 */
function seenWhole(first, second) {
  const isWhole = second !== undefined && second.skipped === 0 && testsIn(second) >= testsIn(first);
  return isWhole ? second : undefined;
}

/** @param {import('./read-report.mjs').FileTally} tally */
function testsIn({ passed, failed, skipped }) {
  return passed + failed + skipped;
}

/** @param {import('./read-report.mjs').FileTally} tally */
function isFaulty({ failed, broken }) {
  return failed > 0 || broken > 0;
}
