// npm run conformance: checks Quire, in both of its dialects, and what others use, by the same suite, and says what came out.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { parseArgs } from 'node:util';
import {
  checkConformance,
  countOutcomes,
  describeEnd,
  describeResult,
  describeStart,
} from '@quire/testing/conformance';
import { installPeers } from '../bench/peers/install-peers.ts';
import { describeSource, nameSource } from '../bench/source.ts';
import { renderPage, type SubjectReport } from './publish.ts';
import { findDifferences, readTable } from './read-published.ts';
import { PAGE, type SubjectName, subjectNames, subjects } from './subjects.ts';

const usage = `npm run conformance -- [options]

  --subjects A,B        some of: ${subjectNames.join(', ')}
  --publish             rewrite the results in docs/conformance.md; takes all of them
  --compare             say what comes out in another way than docs/conformance.md has it

Ends with 1 when Quire has failed a check, and with --compare when anything came out in another way; what others fail is a finding.`;

interface Options {
  readonly names: readonly SubjectName[];
  readonly publish: boolean;
  readonly compare: boolean;
}

/** @throws with what is wrong, for the person who typed it */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subjects: { type: 'string' },
      publish: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
    },
  });
  const wanted = values.subjects?.split(',') ?? subjectNames;
  const names = subjectNames.filter((name) => wanted.includes(name));
  if (names.length !== wanted.length) throw new Error(`--subjects takes some of: ${subjectNames.join(', ')}`);
  if (values.publish && names.length !== subjectNames.length)
    throw new Error('only a run of all subjects is published');
  return { names, publish: values.publish, compare: values.compare };
}

async function checkSubject(name: SubjectName): Promise<SubjectReport> {
  const subject = subjects[name];
  const { url, dialect, token, otherToken, readerToken, operator, stop } = await subject.start();
  console.log(`\n${subject.label}: ${subject.describe()}\n${describeStart({ url, dialect })}`);
  try {
    const report = await checkConformance({
      url,
      dialect,
      token,
      ...(otherToken === null ? {} : { otherToken }),
      ...(readerToken === null ? {} : { readerToken }),
      operator,
      onResult: (result) => console.log(describeResult(result)),
    });
    console.log(describeEnd(report));
    return { name, description: subject.describe(), report };
  } finally {
    await stop();
  }
}

/** Says what is not as the page has it. */
function comparePage(reports: readonly SubjectReport[]): boolean {
  const published = readTable(readFileSync(PAGE, 'utf8'));
  const differences = reports.flatMap(({ name, report }) => {
    const { label } = subjects[name];
    return findDifferences(published.get(label), report.results).map((difference) => `${label}: ${difference}`);
  });
  console.log(differences.length === 0 ? '\nAll of it is as on the page.' : `\n${differences.join('\n')}`);
  return differences.length === 0;
}

async function run({ names, publish, compare }: Options): Promise<number> {
  installPeers((line) => console.log(line));
  const reports: SubjectReport[] = [];
  for (const name of names) reports.push(await checkSubject(name));
  const isAsPublished = !compare || comparePage(reports);
  if (publish) {
    const machine = `Linux ${release()} with ${availableParallelism()} cores, Node ${process.version}; ${nameSource(describeSource())}`;
    const published = { day: new Date().toISOString().slice(0, 10), machine, reports };
    writeFileSync(PAGE, renderPage(readFileSync(PAGE, 'utf8'), published));
  }
  const ours = reports.filter(({ name }) => name === 'quire' || name === 'quire-yjs');
  const hasFailed = ours.some(({ report }) => countOutcomes(report).failed > 0);
  return hasFailed || !isAsPublished ? 1 : 0;
}

function main(): Promise<number> {
  try {
    return run(readOptions(process.argv.slice(2)));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return Promise.resolve(2);
  }
}

process.exitCode = await main();
