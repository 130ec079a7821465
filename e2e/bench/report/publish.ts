import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ContestantName, contestants } from '../contestants.ts';
import { LEAST_PUBLISHED_RUNS } from '../options.ts';
import { type Results, writeResults } from '../results.ts';
import { createWorkloads } from '../workloads/index.ts';
import type { Workload } from '../workloads/workload.ts';
import { describeDisturbance } from './disturbed.ts';
import { countFailures, describeGaps, describeUnjudged } from './failures.ts';
import { judge } from './goals.ts';
import { renderMarkdown, replaceSection } from './markdown.ts';
import { type BarPlot, drawBars } from './plot.ts';
import { describeScratch, nameSources } from './setting.ts';
import { countRuns, measuredContestants, spreadFor, tabulate, tabulateVerdicts } from './summary.ts';
import { findUnfinished } from './unfinished.ts';

const docs = join(dirname(dirname(dirname(import.meta.dirname))), 'docs');
const PAGE = join(docs, 'benchmarks.md');
const PLOTS = join(docs, 'benchmarks');
const PUBLISHED = join(dirname(import.meta.dirname), 'results', 'published.json');

interface Plot {
  readonly workload: string;
  readonly metric: string;
  readonly title: string;
}

/** Which figures are drawn. */
const plots: readonly Plot[] = [
  { workload: 'hot-document', metric: 'limit', title: 'Typists in one document, p99 under 250 ms' },
  {
    workload: 'hot-document',
    metric: 'cpuPerEditUs',
    title: 'One hot document: µs of CPU per edit, each at its limit',
  },
  { workload: 'crowd', metric: 'limit', title: 'People who type with cursors, p99 under 250 ms' },
  { workload: 'many-documents', metric: 'limit', title: 'Documents with three people each, p99 under 250 ms' },
  {
    workload: 'many-documents',
    metric: 'cpuPerEditUs',
    title: 'Many documents: µs of CPU per edit, each at its limit',
  },
  { workload: 'fan-out', metric: 'cpuPerFrameUs', title: 'Fan-out to 1,000 readers: µs of CPU per frame' },
  { workload: 'idle-connections', metric: 'kibPerConnection', title: 'Memory per idle connection, KiB' },
  { workload: 'stopped-reader', metric: 'grewMib', title: 'Memory for somebody who has stopped reading, MiB' },
  { workload: 'cold-open', metric: 'openMs@100', title: 'Cold open of 260,000 edits by 100 at once, ms' },
  { workload: 'cold-open', metric: 'stallMs@100', title: 'Stall of another document meanwhile, ms' },
  { workload: 'receipts', metric: 'receiptP99Ms@1000', title: 'Receipts at 1,000 edits/s: p99, ms' },
  { workload: 'edit-cost', metric: 'cpuPerEditUs@50 MB', title: 'µs of CPU per edit in a document of 50 MB' },
];

/** Rewrites the generated sections of docs/benchmarks.md and its plots, and keeps the results beside the bench. */
export function publish(results: Results): void {
  if (results.scale !== 'full' || results.level !== null) throw new Error('only a whole measurement is published');
  if (results.runs < LEAST_PUBLISHED_RUNS) {
    throw new Error(`${results.runs} runs are not published, but ${LEAST_PUBLISHED_RUNS} or more`);
  }
  if (!results.machine.isLoadApart) {
    throw new Error('nothing is published of a machine on which server and load share a core');
  }
  const [unfinished] = findUnfinished(results);
  if (unfinished !== undefined) {
    throw new Error(`a bench that was stopped in the middle is not published: ${unfinished}`);
  }
  mkdirSync(PLOTS, { recursive: true });
  for (const { file, svg } of drawPlots(results)) writeFileSync(join(PLOTS, file), svg);
  writeFileSync(PAGE, renderPage(readFileSync(PAGE, 'utf8'), results));
  writeResults(PUBLISHED, results);
}

/** The page with its generated sections made from these results. */
export function renderPage(page: string, results: Results): string {
  const verdicts = judge(results);
  const sections = {
    setting: describeSetting(results),
    goals: `${renderMarkdown(tabulateVerdicts(verdicts, results.runs))}\n\n${describeUnjudged(verdicts)}`,
    results: createWorkloads()
      .map((workload) => describeWorkload(results, workload))
      .join('\n\n'),
  };
  return Object.entries(sections).reduce((text, [name, content]) => replaceSection(text, name, content), page);
}

export function drawPlots(results: Results): { file: string; svg: string }[] {
  const workloads = new Map(createWorkloads().map((workload) => [workload.name, workload]));
  return plots.flatMap((plot) => {
    const workload = workloads.get(plot.workload);
    if (workload === undefined || measuredContestants(results, workload).length === 0) return [];
    return [{ file: fileOf(plot), svg: drawBars(plotOf(results, workload, plot)) }];
  });
}

function describeSetting({
  startedAt,
  durationMinutes,
  runs,
  machine,
  sources,
  samples,
  failures,
  contestants: described,
}: Results): string {
  const names = Object.keys(described) as ContestantName[];
  const when = sources.length > 1 ? 'in parts, the first of them on' : 'on';
  return [
    `Measured ${when} ${startedAt.slice(0, 10)} in ${durationMinutes} minutes, ${runs} runs of each, on ${machine.processor}, ` +
      `${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}, Node ${machine.node}, ${describeScratch(machine)}. The server has core ` +
      `${machine.serverCore}, the load ${machine.loadCores}; load average at the start ${describeLoads(machine.loadAverages)}. Measured was ${nameSources(sources)}. ${describeDisturbance(samples)} ${countFailures({ failures })}`,
    '',
    ...names.map((name) => `- **${contestants[name].label}**: ${described[name]}.`),
  ].join('\n');
}

function describeLoads(loads: readonly number[]): string {
  return loads.length === 1 ? `${loads[0]}` : `of each part ${loads.join(', ')}`;
}

function describeWorkload(results: Results, workload: Workload): string {
  const { name, title, method } = workload;
  if (measuredContestants(results, workload).length === 0) {
    return [`### ${title}`, method, 'Not measured this time.', ...describeGaps(results, workload)].join('\n\n');
  }
  const images = plots
    .filter((plot) => plot.workload === name)
    .map((plot) => `![${plot.title}](benchmarks/${fileOf(plot)})`);
  return [
    `### ${title}`,
    method,
    renderMarkdown(tabulate(results, workload)),
    ...describeGaps(results, workload),
    ...images,
  ].join('\n\n');
}

function fileOf({ workload, metric }: Plot): string {
  return `${workload}-${metric.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.svg`;
}

function plotOf(results: Results, workload: Workload, { metric, title }: Plot): BarPlot {
  const { better = 'neither', label = '', unit = '' } = workload.metrics.find(({ key }) => key === metric) ?? {};
  const bars = measuredContestants(results, workload).flatMap((name) => {
    const spread = spreadFor(results, workload.name, name, metric);
    if (spread === null) return [];
    const { median: value, min, max } = spread;
    return [{ label: contestants[name].label, value, min, max, isOurs: name.startsWith('quire') }];
  });
  const direction = better === 'neither' ? '' : `${better} is better; `;
  const isWhole =
    bars.length > 0 &&
    measuredContestants(results, workload).every((name) => countRuns(results, workload.name, name) === results.runs);
  const runs = isWhole ? `${results.runs} runs` : `the runs that did not fail, of ${results.runs}`;
  return { title, caption: `${direction}median of ${runs}, line from smallest to largest`, unit: unit || label, bars };
}
