import { describe, expect, it } from 'vitest';
import { compareScrapes } from './activity.ts';
import { drawActivity, listActivity } from './describe-activity.ts';
import { quantile, rate, readExposition, total } from './exposition.ts';

const receipts = (counts: readonly [number, number, number]): string =>
  ['0.01', '0.02', '+Inf']
    .map((le, index) => `quire_receipt_latency_seconds_bucket{le="${le}"} ${counts[index]}`)
    .join('\n');

describe('what /metrics says', () => {
  it('is read with its labels, and comments and what is no sample are passed over', () => {
    const scrape = readExposition(
      '# HELP quire_sessions Sockets.\nquire_sessions{dialect="a\\"b",x="1"} 3\n\nnonsense\nquire_sessions{dialect="c"} 4\n',
      0,
    );
    expect(scrape.samples.get('quire_sessions')).toEqual([
      { labels: { dialect: 'a\\"b', x: '1' }, value: 3 },
      { labels: { dialect: 'c' }, value: 4 },
    ]);
    expect(total(scrape, 'quire_sessions')).toBe(7);
    expect(total(scrape, 'quire_open_documents')).toBe(null);
  });
});

describe('between two scrapes', () => {
  const before = readExposition(`quire_edits_total{source="update"} 100\n${receipts([10, 10, 10])}`, 1000);

  it('a counter has a rate per second, by the time that really passed', () => {
    const after = readExposition('quire_edits_total{source="update"} 150\nquire_edits_total{source="server"} 10', 3000);
    expect(rate(before, after, 'quire_edits_total')).toBe(30);
  });

  it('a counter that fell has none: the server started anew', () => {
    expect(rate(before, readExposition('quire_edits_total{source="update"} 5', 2000), 'quire_edits_total')).toBe(null);
  });

  it('a histogram has quantiles of what came in between, by straight lines through its buckets', () => {
    const after = readExposition(receipts([10, 20, 20]), 2000);
    expect(quantile(before, after, 'quire_receipt_latency_seconds', 0.5)).toBeCloseTo(0.015);
    expect(quantile(before, after, 'quire_receipt_latency_seconds', 1)).toBeCloseTo(0.02);
  });

  it('a quantile beyond all bounds is the last bound, and of nothing there is none', () => {
    const beyond = readExposition(receipts([10, 10, 20]), 2000);
    expect(quantile(before, beyond, 'quire_receipt_latency_seconds', 0.5)).toBe(0.02);
    expect(quantile(before, before, 'quire_receipt_latency_seconds', 0.5)).toBe(null);
  });
});

describe('an activity', () => {
  it('is told in full, and as unknown where a server does not say', () => {
    const nothing = readExposition('quire_sessions{dialect="hocuspocus"} 2', 1000);
    const activity = compareScrapes(nothing, { ...nothing, atMs: 2000 }, 0);
    expect(listActivity(activity)).toContain('\nedits_per_second -\n');
    expect(listActivity(activity)).toContain('\nsessions_hocuspocus 2\n');
    expect(listActivity(activity)).toMatch(/^receipt_p99_seconds -$/m);
    const drawn = drawActivity('http://localhost:1', activity);
    expect(drawn).toMatch(/^sessions +2 +hocuspocus 2/m);
    expect(drawn).not.toMatch(/NaN|undefined|null/);
  });
});
