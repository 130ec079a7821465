// node e2e/bench/show-profile.ts FILE.cpuprofile [lines]: where a profiled server spent its time.
import { readFileSync } from 'node:fs';
import { renderPlain } from './report/plain-text.ts';
import { type Cost, type CpuProfile, summarizeProfile } from './report/profile.ts';

const DEFAULT_LINES = 30;
const [path, lines] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: node e2e/bench/show-profile.ts FILE.cpuprofile [lines]');
  process.exit(2);
}
const summary = summarizeProfile(JSON.parse(readFileSync(path, 'utf8')) as CpuProfile);
const rows = (costs: readonly Cost[]): string[][] =>
  costs
    .slice(0, Number(lines ?? DEFAULT_LINES))
    .map(({ place, selfMs, fraction }) => [place, selfMs.toFixed(0), (100 * fraction).toFixed(1)]);
console.log(`busy for ${summary.busyMs.toFixed(0)} ms\n`);
console.log(`${renderPlain([['by function', 'ms', '%'], ...rows(summary.functions)])}\n`);
console.log(renderPlain([['by package', 'ms', '%'], ...rows(summary.packages)]));
