import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findCores } from './cores.ts';
import type { Target } from './load/target.ts';
import type { TaskInput, TaskName, TaskOutput, TaskReply, TaskRequest } from './load/tasks.ts';
import { pin } from './pinned-command.ts';

const PROGRAM = join(import.meta.dirname, 'load', 'main.ts');

/**
 * Does one task in a fresh process of its own, away from the server's core.
 *
 * @throws when the task fails, or isn't done in time
 */
export function runTask<Name extends TaskName>(
  name: Name,
  target: Target,
  input: TaskInput<Name>,
  timeoutMs: number,
): Promise<TaskOutput<Name>> {
  return new Promise((resolve, reject) => {
    const { program, args } = pin(findCores().load, [process.execPath, PROGRAM]);
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let reply: TaskReply | null = null;
    const timeout = setTimeout(() => {
      reply ??= { kind: 'failed', message: `${name} was not done within ${timeoutMs} ms` };
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', (message: TaskReply) => {
      reply ??= message;
    });
    child.once('error', (error) => {
      clearTimeout(timeout);
      reject(error);
    });
    // Settled no earlier: what a child used is ours only once it has been waited for, and others' until then.
    child.once('exit', (code, signal) => {
      clearTimeout(timeout);
      if (reply?.kind === 'done') resolve(reply.output as TaskOutput<Name>);
      else reject(new Error(reply?.message ?? `the load ended with ${signal ?? code}`));
    });
    child.send({ name, target, input } satisfies TaskRequest);
  });
}
