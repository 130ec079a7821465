import type { DialectName } from './dialects.ts';

/** The server that a task is aimed at. */
export interface Target {
  readonly pid: number;
  readonly port: number;
  readonly dialect: DialectName;
  /** What stands before the document in a URL, or all of the path where frames name the document. */
  readonly basePath: string;
  /** What everybody brings who comes in the Hocuspocus dialect. */
  readonly token: string;
  /** Where its inspector listens, for tasks that look at memory or keep a profile. */
  readonly inspectorUrl: string | null;
  /** Where a profile of the task goes, if one is wanted. */
  readonly profilePath: string | null;
}
