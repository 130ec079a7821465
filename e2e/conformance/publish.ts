import {
  type CheckResult,
  type ConformanceReport,
  checks,
  countOutcomes,
  describeResult,
} from '@quire/testing/conformance';
import { replaceSection } from '../bench/report/markdown.ts';
import { type SubjectName, subjects } from './subjects.ts';

/** What one server was found to keep. */
export interface SubjectReport {
  readonly name: SubjectName;
  readonly description: string;
  readonly report: ConformanceReport;
}

export interface Published {
  /** `2026-01-31`. */
  readonly day: string;
  readonly machine: string;
  readonly reports: readonly SubjectReport[];
}

/** The page with its generated section made from these reports. */
export function renderPage(page: string, published: Published): string {
  return replaceSection(page, 'results', renderResults(published));
}

function renderResults({ day, machine, reports }: Published): string {
  return [
    `Found on ${day} on ${machine}:`,
    reports.map(({ name, description }) => `- **${subjects[name].label}**: ${description}.`).join('\n'),
    renderTable(reports),
    'What was printed of each check:',
    ...reports.map(renderReport),
  ].join('\n\n');
}

/** As the table has them. */
export const words = { passed: 'yes', failed: '**no**', 'not-checked': '–' } as const satisfies Record<
  CheckResult['outcome']['kind'],
  string
>;

function renderTable(reports: readonly SubjectReport[]): string {
  const head = ['', 'check', ...reports.map(({ name }) => subjects[name].label)];
  const rows = checks.map(({ id, guarantee, title }) => {
    const cells = reports.map(({ report }) => {
      const result = report.results.find(({ check }) => check.id === id);
      return words[result?.outcome.kind ?? 'not-checked'];
    });
    return [guarantee, `${title} (\`${id}\`)`, ...cells];
  });
  const totals = reports.map(({ report }) => {
    const { passed, failed } = countOutcomes(report);
    return `${passed} of ${passed + failed}`;
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    line(['', 'kept, of those checked', ...totals]),
  ].join('\n');
}

function renderReport({ name, report }: SubjectReport): string {
  const { passed, failed, 'not-checked': unchecked } = countOutcomes(report);
  const lines = report.results.map(describeResult);
  return [
    `**${subjects[name].label}**: ${passed} passed, ${failed} failed, ${unchecked} not checked.`,
    ['```text', ...lines, '```'].join('\n'),
  ].join('\n\n');
}
