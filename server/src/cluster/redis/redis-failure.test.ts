import { describe, expect, it } from 'vitest';
import { BusError } from '../cluster-bus.ts';
import { explainFailure } from './redis-failure.ts';

function reply(message: string): Error {
  const error = new Error(message);
  error.name = 'ReplyError';
  return Object.assign(error, { command: { name: 'auth', args: ['hush'] } });
}

describe('a failure of Redis is told by its kind', () => {
  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
    ["READONLY You can't write against a read only replica.", 'read-only'],
    ['NOREPLICAS Not enough good replicas to write.', 'unsafe'],
    ['MISCONF Redis is configured to save RDB snapshots', 'unsafe'],
    ['NOAUTH Authentication required.', 'denied'],
    ['WRONGPASS invalid username-password pair or user is disabled.', 'denied'],
    ["NOPERM this user has no permissions to run the 'xadd' command", 'denied'],
    ['LOADING Redis is loading the dataset in memory', 'unsuitable'],
    ['MASTERDOWN Link with MASTER is down', 'unsuitable'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'unsuitable'],
    ["ERR unknown command 'XADD'", 'unsuitable'],
    ['CLUSTERDOWN The cluster is down', 'unreachable'],
    ['MOVED 3999 127.0.0.1:6381', 'unreachable'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'unreachable'],
  ])('%s', (message, code) => {
    const error = explainFailure(reply(message), 'the Redis at r:1');
    expect(error.code).toBe(code);
    expect(error.message).toContain('the Redis at r:1');
    expect(error.message).toContain(message);
  });

  it('a connection that breaks is unreachable, even when its error has no words', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(explainFailure(refused, 'the Redis at r:1')).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('(ECONNREFUSED)'),
    });
  });

  it('keeps nothing of the command, which may hold the password', () => {
    const error = explainFailure(reply('WRONGPASS invalid username-password pair'), 'the Redis at r:1');
    expect(JSON.stringify([error, error.cause, error.stack])).not.toContain('hush');
  });

  it('what is explained already stays as it is', () => {
    const error = new BusError('closed', 'the bus is closed');
    expect(explainFailure(error, 'the Redis at r:1')).toBe(error);
  });
});
