import type { Check } from './check.ts';
import { checks } from './checks/index.ts';
import type { CheckResult, ConformanceReport, Outcome } from './run-checks.ts';

const words = { passed: 'passed', failed: 'FAILED', 'not-checked': 'not checked' } as const satisfies Record<
  Outcome['kind'],
  string
>;

const WORD_WIDTH = Math.max(...Object.values(words).map((word) => word.length));
const ID_WIDTH = Math.max(...checks.map(({ id }) => id.length));
const DETAIL_INDENT = ' '.repeat(WORD_WIDTH + 2 + 'G1'.length + 2);

/** One line, and three more where something failed. */
export function describeResult({ check, outcome, durationMs }: CheckResult): string {
  const line = [words[outcome.kind].padEnd(WORD_WIDTH), check.guarantee, check.id.padEnd(ID_WIDTH), check.title].join(
    '  ',
  );
  switch (outcome.kind) {
    case 'passed':
      return `${line} (${durationMs} ms)`;
    case 'not-checked':
      return `${line}: ${outcome.reason}`;
    case 'failed': {
      const { sent, expected, came } = outcome.finding;
      const details = Object.entries({ sent, expected, came }).map(
        ([name, text]) => `${DETAIL_INDENT}${name.padEnd('expected'.length)}  ${text}`,
      );
      return [`${line} (${durationMs} ms)`, ...details].join('\n');
    }
    default:
      return outcome satisfies never;
  }
}

export function describeStart({ url, dialect }: Pick<ConformanceReport, 'url' | 'dialect'>): string {
  return `Checking ${url} in the ${dialect} dialect.`;
}

export function describeEnd(report: ConformanceReport): string {
  const counts = countOutcomes(report);
  const summary = `${counts.passed} passed, ${counts.failed} failed, ${counts['not-checked']} not checked in ${(report.durationMs / 1_000).toFixed(1)} s`;
  const names = report.documents.map((name) => `  ${name}`);
  return [`${report.documents.length} documents were made:`, ...names, summary].join('\n');
}

export function countOutcomes({ results }: ConformanceReport): Record<Outcome['kind'], number> {
  const counts = { passed: 0, failed: 0, 'not-checked': 0 };
  for (const { outcome } of results) counts[outcome.kind] += 1;
  return counts;
}

/** The report as data, for machines. */
export function toJson(report: ConformanceReport): string {
  const results = report.results.map(({ check: { id, guarantee, title }, outcome, durationMs }) => {
    const { kind, ...details } = outcome;
    return { id, guarantee, title, outcome: kind, ...details, durationMs };
  });
  return JSON.stringify({ ...report, counts: countOutcomes(report), results }, null, 2);
}

export function describeCheck({ id, guarantee, title, does, passes }: Check): string {
  return `${guarantee}  ${id.padEnd(ID_WIDTH)}  ${title}\n      does    ${does}\n      passes  ${passes}`;
}
