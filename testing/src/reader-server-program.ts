import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A `program` for `startServer`: a server on which only {@link writerToken} may write, and everybody may read. */
export const readerServerProgram: readonly [string, string] = [
  findNode(import.meta.dirname),
  fileURLToPath(new URL(`./reader-server${extname(import.meta.filename)}`, import.meta.url)),
];

export const writerToken = 'writer';

/** As the launcher of the server does: the project's own Node, also when an older one runs the tests. */
function findNode(from: string): string {
  const node = join(from, 'node_modules', '.bin', 'node');
  if (existsSync(node)) return node;
  return dirname(from) === from ? process.execPath : findNode(dirname(from));
}
