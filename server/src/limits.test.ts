import { limits } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import { fields } from './config/fields.ts';
import { describeMetric, type MetricName, metricNames } from './observability/metrics/metric-table.ts';

/** Settings among the limits that hold nobody up. */
const REFUSE_NOBODY = new Set(['limits.unloadDelayMs', 'access.revocationDays', 'bin.days']);

/** Where limits are. */
const SECTIONS = ['limits.', 'access.', 'bin.'];

const settings = new Set(fields.map(({ path }) => path));

describe('the table of limits', () => {
  it('[G4] has every setting that refuses or holds up somebody', () => {
    const missing = [...settings].filter(
      (path) => SECTIONS.some((section) => path.startsWith(section)) && !(path in limits) && !REFUSE_NOBODY.has(path),
    );
    expect(missing).toEqual([]);
  });

  it('names settings that there are, and series that are counted', () => {
    expect(Object.keys(limits).filter((path) => !settings.has(path))).toEqual([]);
    const unknown = Object.values(limits).filter(({ metric }) => metric !== null && !isSeries(metric));
    expect(unknown).toEqual([]);
  });

  it('says of everything when to try again', () => {
    for (const { retry, what } of Object.values(limits)) expect(`${what}: ${retry}`).toMatch(/^[a-z].+: [a-z].+$/);
  });
});

function isSeries(series: string): boolean {
  const [, name = '', label, value = ''] = /^(\w+)(?:\{(\w+)="([^"]*)"\})?$/.exec(series) ?? [];
  if (!metricNames.includes(name as MetricName)) return false;
  const definition = describeMetric(name as MetricName);
  return definition.label?.name === label && (label === undefined || definition.label?.values.includes(value) === true);
}
