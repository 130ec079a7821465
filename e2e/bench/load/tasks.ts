import { holdIdle } from './hold-idle.ts';
import { openCold, storeBig } from './open-cold.ts';
import { openDocuments } from './open-documents.ts';
import { openElsewhere } from './open-elsewhere.ts';
import { passStoppedReader } from './pass-stopped-reader.ts';
import type { Target } from './target.ts';
import { typeAcross } from './type-across.ts';
import { typeTogether } from './type-together.ts';
import { writeApart } from './write-apart.ts';

/** Everything that the load process can be asked to do. */
export const tasks = {
  typeTogether,
  holdIdle,
  storeBig,
  openCold,
  openDocuments,
  passStoppedReader,
  typeAcross,
  writeApart,
  openElsewhere,
} as const;

export type TaskName = keyof typeof tasks;
export type TaskInput<Name extends TaskName> = Parameters<(typeof tasks)[Name]>[1];
export type TaskOutput<Name extends TaskName> = Awaited<ReturnType<(typeof tasks)[Name]>>;

/** What the bench sends to the load process. */
export interface TaskRequest {
  readonly name: TaskName;
  readonly target: Target;
  readonly input: unknown;
}

/** What it hears back. */
export type TaskReply =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly message: string };
