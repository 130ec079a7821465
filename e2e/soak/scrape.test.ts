import { describe, expect, test } from 'vitest';
import { parseMetrics, sumOf } from './scrape.ts';

const metrics = parseMetrics(`# HELP quire_sessions Sockets.
# TYPE quire_sessions gauge
quire_sessions{dialect="hocuspocus"} 3
quire_sessions{dialect="y-websocket"} 4
process_resident_memory_bytes 1.5e+8
`);

describe('a scrape', () => {
  test('sums a metric over its labels', () => {
    expect(sumOf(metrics, 'quire_sessions')).toBe(7);
    expect(sumOf(metrics, 'quire_sessions', 'process_resident_memory_bytes')).toBe(150_000_007);
  });

  test('never takes a metric that is missing for zero', () => {
    expect(() => sumOf(metrics, 'quire_people')).toThrow(/no quire_people/);
  });
});
