// The load, in a process of its own: does the one task that it is sent and tells how it went. Ends when its parent does.
import { type TaskReply, type TaskRequest, tasks } from './tasks.ts';

process.once('disconnect', () => process.exit(1));
process.once('message', (request: TaskRequest) => {
  const task = tasks[request.name] as (target: TaskRequest['target'], input: unknown) => Promise<unknown>;
  task(request.target, request.input).then(
    (output) => reply({ kind: 'done', output }),
    (error: unknown) => reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});

function reply(message: TaskReply): void {
  // Sockets that are still open would keep the process alive.
  process.send?.(message, () => process.exit(0));
}
