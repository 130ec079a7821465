import { expect, it } from 'vitest';
import { createLog } from './log.ts';
import { redactTokens } from './redact-tokens.ts';

function capture(): { lines: Record<string, unknown>[]; text(): string; write(line: string): void } {
  const written: string[] = [];
  return {
    get lines() {
      return written.map((line) => JSON.parse(line));
    },
    text: () => written.join(''),
    write: (line) => written.push(line),
  };
}

it('no token of a URL reaches the log, wherever in a line the URL hides', () => {
  const output = capture();
  const { logger } = createLog({ level: 'trace', format: 'json' }, output);
  const url = 'ws://localhost/collab?a=1&token=s3cret-value&b=2';
  logger.info({ url }, `upgrade of ${url}`);
  logger.error({ err: new Error(`could not open ${url}`, { cause: new Error(url) }) });
  logger.child({ component: 'gateway', url }).warn({ request: { url } }, 'slow');
  expect(output.lines).toHaveLength(3);
  expect(output.text()).not.toContain('s3cret');
  expect(output.text()).toContain('a=1&token=[redacted]&b=2');
});

it('no token, cookie or authorization passed as a field reaches the log', () => {
  const output = capture();
  const { logger } = createLog({ level: 'info', format: 'json' }, output);
  const headers = { authorization: 'Bearer s3cret', cookie: 'sid=s3cret', host: 'localhost' };
  logger.info({ token: 's3cret', headers, request: { headers, token: 's3cret' } }, 'refused');
  expect(output.text()).not.toContain('s3cret');
  expect(output.text()).toContain('"host":"localhost"');
});

it('redacts each credential of a query string and leaves other text alone', () => {
  expect(redactTokens('/x?access_token=abc&key=def#token=1 next')).toBe(
    '/x?access_token=[redacted]&key=[redacted]#token=1 next',
  );
  expect(redactTokens('tokens=3 of 5')).toBe('tokens=3 of 5');
});

it('says which part of the server speaks, and keeps to its level', () => {
  const output = capture();
  const { logger } = createLog({ level: 'warn', format: 'json' }, output);
  const child = logger.child({ component: 'store' });
  child.info('unheard');
  child.warn('heard');
  expect(output.lines.map((line) => [line.component, line.level, line.msg])).toEqual([['store', 'warn', 'heard']]);
});

it('writes for people on request', () => {
  const output = capture();
  const { logger } = createLog({ level: 'info', format: 'pretty' }, output);
  logger.child({ component: 'store' }).info({ documents: 3 }, 'opened');
  expect(output.text()).toContain('store: opened');
  expect(output.text()).not.toContain('{"');
});
