import { parentPort } from 'node:worker_threads';
import { type Finding, judge } from './judgement.ts';
import type { Answer, Question } from './judgement-thread.ts';

/** The thread's main module: one question, one answer. What goes wrong here ends the thread, and is told by its end. */
if (parentPort === null) throw new Error('judgement-worker.ts runs in a worker thread');
const port = parentPort;

port.on('message', ({ number, asked }: Question) => {
  const finding = judge(asked);
  port.postMessage({ number, finding } satisfies Answer, memoryOf(finding));
});

/** Memory that belongs to one value alone may change hands. */
function memoryOf(finding: Finding): ArrayBuffer[] {
  if (finding.kind !== 'sound') return [];
  const { bytes, contest, parts, reach, spans, types } = finding.sound;
  return [bytes, parts, spans, types.hangOn, contest.gaps, ...(reach === null ? [] : [reach.named])].flatMap(
    ({ buffer, byteLength }) => (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []),
  );
}
