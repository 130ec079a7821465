import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Config } from '../config.ts';
import { openLogDestination } from './log-destination.ts';
import { redactTokens } from './redact-tokens.ts';

export type { Logger } from 'pino';

export interface Log {
  readonly logger: Logger;
  /** How many lines were left out, since whoever reads them does not. */
  readonly droppedLines: number;
  /** Writes out what is buffered. */
  flush(): void;
}

const STDERR = 2;

export function createLog(settings: Config['log'], destination?: DestinationStream): Log {
  let droppedLines = 0;
  const countDropped = (): void => {
    droppedLines += 1;
  };
  const stream = destination ?? openLogDestination(STDERR, countDropped);
  const isTerminal = destination === undefined && process.stderr.isTTY === true;
  const isPretty = settings.format === 'pretty' || (settings.format === 'auto' && isTerminal);
  const logger = pino(loggerOptions(settings.level), isPretty ? writePretty(stream, isTerminal) : stream);
  return {
    logger,
    get droppedLines() {
      return droppedLines;
    },
    flush: () => {
      if ('flushSync' in stream && typeof stream.flushSync === 'function') stream.flushSync();
    },
  };
}

/** In this thread, line by line: what a crash leaves to say is said. */
function writePretty(stream: DestinationStream, colorize: boolean): DestinationStream {
  const format = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,component',
    messageFormat: (line, key) => {
      const message = String(line[key]);
      return typeof line.component === 'string' ? `${line.component}: ${message}` : message;
    },
  });
  return { write: (line) => stream.write(format(line)) };
}

function loggerOptions(level: Config['log']['level']): LoggerOptions {
  return {
    level,
    timestamp: stdTimeFunctions.isoTime,
    base: { pid: process.pid },
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['token', '*.token', 'secret', '*.secret', 'password', '*.password'].concat(
        ['authorization', 'cookie'].flatMap((header) => [`headers.${header}`, `*.headers.${header}`]),
      ),
      censor: '[redacted]',
    },
    // On the finished line, so that a token is caught wherever its URL hides: in a message, a stack, a nested cause.
    hooks: { streamWrite: redactTokens },
  };
}
