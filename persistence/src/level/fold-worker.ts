import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { PersistenceError } from '../errors.ts';
import type { Bytes } from './database.ts';
import { runJob } from './fold-jobs.ts';
import type { Answer, Question } from './fold-thread.ts';

/** The thread's main module: one question, one answer. */
if (parentPort === null) throw new Error('fold-worker.ts runs in a worker thread');
const port = parentPort;
giveWay();

port.on('message', ({ number, job }: Question) => {
  try {
    const result = runJob(job);
    const outgoing = result.kind === 'fold' ? [result.snapshot, result.segment] : [];
    port.postMessage({ number, result } satisfies Answer, wholeBuffers(outgoing));
  } catch (error) {
    port.postMessage({ number, failure: describe(error) } satisfies Answer);
  }
});

/**
 * Folding is upkeep: where it shares a core with the server, edits go first. Linux schedules threads, and takes the id
 * of one where others take a process's.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
  } catch {
    // A courtesy: without it, or without /proc, folds are as fast as edits.
  }
}

/** Only memory that belongs to one value alone may change hands. */
function wholeBuffers(all: readonly Bytes[]): ArrayBuffer[] {
  return all.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}

function describe(error: unknown): NonNullable<Extract<Answer, { failure: unknown }>['failure']> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof PersistenceError)) return { code: 'FOLD_FAILED', message };
  const { code, document, key } = error;
  return { code, message, ...(document === undefined ? {} : { document }), ...(key === undefined ? {} : { key }) };
}
