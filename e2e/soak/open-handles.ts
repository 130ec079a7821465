import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';

/** The open descriptors of a process, by what they lead to. */
export interface OpenHandles {
  readonly sockets: number;
  /** Files that have been removed meanwhile. */
  readonly removedFiles: number;
  /** Files of the data directory. */
  readonly dataFiles: number;
  readonly others: number;
}

export function readOpenHandles(pid: number, dataDirectory: string): OpenHandles {
  const folder = `/proc/${pid}/fd`;
  const targets = readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${folder}/${descriptor}`)];
    } catch (error) {
      // Closed since the folder was read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
  return sortHandles(targets, realpathSync(dataDirectory));
}

export function sortHandles(targets: readonly string[], dataDirectory: string): OpenHandles {
  const counts = { sockets: 0, removedFiles: 0, dataFiles: 0, others: 0 };
  for (const target of targets) {
    if (target.startsWith('socket:')) counts.sockets += 1;
    else if (target.endsWith(' (deleted)')) counts.removedFiles += 1;
    else if (target.startsWith(dataDirectory + sep)) counts.dataFiles += 1;
    else counts.others += 1;
  }
  return counts;
}
