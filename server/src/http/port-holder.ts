import { readdir, readFile, readlink } from 'node:fs/promises';

export interface PortHolder {
  readonly pid: number;
  /** As it was started. */
  readonly command: string;
}

const LISTENING = '0A';

/** The process that listens on a port of this machine, where Linux lets us see it. */
export async function findPortHolder(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOrEmpty));
  const inodes = new Set(tables.flatMap((table) => findListeningInodes(table, port)));
  if (inodes.size === 0) return null;
  for (const pid of await listOrEmpty('/proc')) {
    if (/^\d+$/.test(pid) && (await holdsSocket(pid, inodes))) {
      return { pid: Number(pid), command: await readCommand(pid) };
    }
  }
  return null;
}

/** Inodes of the sockets that listen on `port`, from a table such as /proc/net/tcp. */
export function findListeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, local, , state] = columns;
    const inode = columns[9];
    return state === LISTENING && local?.split(':')[1] === wanted && inode !== undefined ? [inode] : [];
  });
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  for (const descriptor of await listOrEmpty(directory)) {
    const target = await readlink(`${directory}/${descriptor}`).catch(() => '');
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '')) return true;
  }
  return false;
}

async function readCommand(pid: string): Promise<string> {
  return (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0').join(' ').trim();
}

/** Processes end while they are looked at, and those of others don't show their files: both count as not found. */
function readOrEmpty(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function listOrEmpty(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
