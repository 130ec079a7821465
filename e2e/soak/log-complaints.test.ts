import { expect, test } from 'vitest';
import { findComplaints } from './log-complaints.ts';

test('errors of the server and warnings of Node are found in a log, and nothing else', () => {
  const error = '{"level":"error","time":"2026-01-01T00:00:00.000Z","msg":"a frame could not be handled"}';
  const fatal = '{"level":"fatal","msg":"the end"}';
  const leak = '(node:7) MaxListenersExceededWarning: Possible EventEmitter memory leak detected.';
  const log = [
    'Debugger listening on ws://127.0.0.1:4711/x',
    '{"level":"info","msg":"Error: said by somebody, not by us"}',
    error,
    leak,
    '{"level":"warn","msg":"upkeep of the journal failed"}',
    fatal,
    'Quire is ready at http://localhost:8080 (pid 7), data in /tmp/x',
    '',
  ].join('\n');
  expect(findComplaints(log)).toEqual([error, leak, fatal]);
});
