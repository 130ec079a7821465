import { PersistenceError } from '@quire/persistence';
import { systemClock } from '../clock.ts';
import { ClusterFileError } from '../cluster/cluster-file.ts';
import { ConfigError } from '../config/config-error.ts';
import { type ConfigSources, loadConfig } from '../config/load-config.ts';
import type { Config } from '../config.ts';
import { ListenError } from '../http/listen-error.ts';
import { createServer, type QuireServer } from '../main.ts';
import { createLog, type Log } from '../observability/log.ts';
import { RegistryError } from '../registry/registry.ts';
import { systemAncestry, watchNpm } from './npm-parent.ts';
import { listenForStop, type StopReason, type StopRequests } from './stop-requests.ts';

/** How long a process that is about to crash tries to flush what is queued: long enough for a disk that works. */
const CRASH_FLUSH_MS = 2000;

/** Often enough to see that it goes on, rarely enough to be read. */
const PROGRESS_INTERVAL_MS = 1000;

/** Runs a server until it is told to stop, and sets the exit code: 0 only when everything was flushed. */
export async function serve(sources: ConfigSources): Promise<void> {
  let config: Config;
  try {
    config = await loadConfig(sources);
  } catch (error) {
    failToStart(error);
    return;
  }
  const log = createLog(config.log);
  const stops = listenForStop(process, systemClock);
  const stopWatching = sources.environment.npm_command === undefined ? () => {} : watchParents(stops);
  // Timers of the server don't keep a process alive; this one does until the server has ended.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    await run(config, log, stops);
  } finally {
    clearInterval(alive);
    stopWatching();
    stops.dispose();
    log.flush();
  }
  // Nothing is left to be done, but a connection may be under way to a backend that can't be reached, and `fetch` tries it again
  // and again: the process would outlive its server until somebody kills it.
  process.exit();
}

/** Told to stop while it waited for other nodes: nobody was let in, and nothing is lost. */
class StoppedEarly extends Error {
  override readonly name = 'StoppedEarly';
}

async function run(config: Config, log: Log, stops: StopRequests): Promise<void> {
  let server: QuireServer;
  try {
    // A first request to stop waits for the start to end, unless that waits for other nodes; whoever asks again waits no longer.
    const waiting = new AbortController();
    void stops.first.then(() => waiting.abort(new StoppedEarly()));
    const starting = createServer(config, {
      logger: log.logger,
      droppedLogLines: () => log.droppedLines,
      signal: waiting.signal,
    });
    const outcome = await Promise.race([starting, stops.again.then(() => null)]);
    if (outcome === null) process.exit(1);
    server = outcome;
  } catch (error) {
    log.flush();
    if (error instanceof StoppedEarly) log.logger.info('stopped before this node had caught up with its cluster');
    else failToStart(error);
    return;
  }
  const stopGuarding = guardAgainstCrash(server, log);
  announce(server);
  const reason = await stops.first;
  log.logger.info({ reason, ...server.unfinished }, 'stopping');
  const stopReporting = systemClock.every(PROGRESS_INTERVAL_MS, () => {
    log.logger.info(server.unfinished, 'still stopping');
  });
  const ending = await drain(server, stops, config.drainTimeoutMs);
  stopReporting();
  stopGuarding();
  if (ending === 'flushed') {
    log.logger.info('stopped: everything is on disk');
    return;
  }
  log.logger.error({ ending, ...server.unfinished }, 'stopped before everything was flushed');
  log.flush();
  // Something still waits, perhaps for a disk that never answers: nothing but this ends the process.
  process.exit(1);
}

type Ending = 'flushed' | 'out of time' | `told again by ${StopReason}`;

async function drain(server: QuireServer, stops: StopRequests, timeoutMs: number): Promise<Ending> {
  const timeout = Promise.withResolvers<Ending>();
  const timer = setTimeout(() => timeout.resolve('out of time'), timeoutMs);
  try {
    return await Promise.race([
      server.close().then((): Ending => 'flushed'),
      stops.again.then((reason): Ending => `told again by ${reason}`),
      timeout.promise,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function announce(server: QuireServer): void {
  process.stdout.write(`Quire is ready at ${server.url} (pid ${process.pid}), data in ${server.data}\n`);
}

function watchParents(stops: StopRequests): () => void {
  return watchNpm({ ancestry: systemAncestry, clock: systemClock, onGone: () => stops.request('npm is gone') });
}

/** After an error that nobody expected nothing can be relied on: say so, flush what can be flushed, and end. */
function guardAgainstCrash(server: QuireServer, log: Log): () => void {
  let isCrashing = false;
  const crash = (error: unknown): void => {
    log.logger.fatal({ err: error, ...server.unfinished }, 'an unexpected error: the server ends');
    log.flush();
    if (isCrashing) return;
    isCrashing = true;
    setTimeout(() => process.exit(1), CRASH_FLUSH_MS);
    const end = (): never => process.exit(1);
    server.close().then(end, end);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  return () => {
    process.off('uncaughtException', crash);
    process.off('unhandledRejection', crash);
  };
}

/** What a person can cure is told in words; everything else keeps its stack. */
function failToStart(error: unknown): void {
  process.exitCode = 1;
  const expected = [ClusterFileError, ConfigError, ListenError, PersistenceError, RegistryError];
  if (!(error instanceof Error) || !expected.some((kind) => error instanceof kind)) throw error;
  process.stderr.write(`${error instanceof PersistenceError ? describeStorage(error) : error.message}\n`);
}

function describeStorage(error: PersistenceError): string {
  const cures: Partial<Record<PersistenceError['code'], string>> = {
    LOCKED: 'Stop it, or choose another directory with --data or QUIRE_DATA.',
    OPEN_FAILED: 'Check that the directory can be written and the disk has room, or choose another one with --data.',
    NEWER_FORMAT: 'Run the version of Quire that wrote it, or a newer one.',
  };
  const cause = error.cause instanceof Error && error.code !== 'LOCKED' ? ` (${error.cause.message})` : '';
  const cure = cures[error.code];
  return `The data directory can't be opened: ${error.message}${cause}.${cure === undefined ? '' : `\n  ${cure}`}`;
}
