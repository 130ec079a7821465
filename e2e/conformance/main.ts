// npm run conformance: checks Quire, in both of its dialects, and what others use, by the same suite, and says what came out.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
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
import { type SubjectName, subjectNames, subjects } from './subjects.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'conformance.md');

const usage = `npm run conformance -- [options]

  --subjects A,B        some of: ${subjectNames.join(', ')}
  --publish             rewrite the results in docs/conformance.md; takes all of them

Ends with 1 when Quire has failed a check; what others fail is a finding.`;

interface Options {
  readonly names: readonly SubjectName[];
  readonly publish: boolean;
}

/** @throws with what is wrong, for the person who typed it */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { subjects: { type: 'string' }, publish: { type: 'boolean', default: false } },
  });
  const wanted = values.subjects?.split(',') ?? subjectNames;
  const names = subjectNames.filter((name) => wanted.includes(name));
  if (names.length !== wanted.length) throw new Error(`--subjects takes some of: ${subjectNames.join(', ')}`);
  if (values.publish && names.length !== subjectNames.length)
    throw new Error('only a run of all subjects is published');
  return { names, publish: values.publish };
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

async function run({ names, publish }: Options): Promise<number> {
  installPeers((line) => console.log(line));
  const reports: SubjectReport[] = [];
  for (const name of names) reports.push(await checkSubject(name));
  if (publish) {
    const machine = `Linux ${release()} with ${availableParallelism()} cores, Node ${process.version}; ${nameSource(describeSource())}`;
    const published = { day: new Date().toISOString().slice(0, 10), machine, reports };
    writeFileSync(PAGE, renderPage(readFileSync(PAGE, 'utf8'), published));
  }
  const ours = reports.filter(({ name }) => name === 'quire' || name === 'quire-yjs');
  return ours.some(({ report }) => countOutcomes(report).failed > 0) ? 1 : 0;
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
