import { readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** The type of the file system that holds a path, by the kernel's table of mounts; null where it names none. */
export function findFileSystem(path: string, mounts: string): string | null {
  let [longest, found]: [string, string | null] = ['', null];
  for (const line of mounts.split('\n')) {
    const [, written = '', type] = /^(?:\S+ ){4}(\S+) .*? - (\S+) /.exec(line) ?? [];
    const point = fromOctal(written);
    const holds = path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
    // What is mounted later at the same place covers what was there.
    if (type === undefined || !holds || point.length < longest.length) continue;
    [longest, found] = [point, type];
  }
  return found;
}

/** Where everything that is measured has its data: with it, what a sync costs. */
export function describeScratchDisk(): string | null {
  return findFileSystem(realpathSync(tmpdir()), readFileSync('/proc/self/mountinfo', 'utf8'));
}

/** The kernel writes blanks and backslashes in octal. */
function fromOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
