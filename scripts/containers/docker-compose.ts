import { spawnSync } from 'node:child_process';
import { root } from './compose-file.ts';

export interface Judgement {
  readonly isAccepted: boolean;
  /** What is wrong with it; empty if nothing is. */
  readonly said: string;
}

/** What Docker's own program says of a compose file. It needs no engine to read one. */
export function judgeComposeFile(text: string): Judgement {
  const { error, status, stdout, stderr } = spawnSync(
    'docker-compose',
    ['--file', '-', '--project-directory', root, 'config', '--quiet'],
    // Nothing else of this machine's environment: variables fill in blanks of the file, and switch the program over.
    { encoding: 'utf8', input: text, env: { PATH: process.env.PATH, HOME: process.env.HOME } },
  );
  if (error !== undefined) throw error;
  return { isAccepted: status === 0, said: `${stdout}${stderr}`.trim() };
}
