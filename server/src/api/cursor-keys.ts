import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Logger } from '../observability/log.ts';

export const CURSOR_KEY_BYTES = 32;

const LABEL = 'quire api: places in lists, 1';

/** The first one seals; all of them open. */
export type CursorKeys = readonly [Buffer, ...Buffer[]];

/** What all nodes of a cluster come to alike: a list that begins on one of them goes on on any other. */
export function deriveCursorKeys([first, ...others]: readonly [string, ...string[]]): CursorKeys {
  return [derive(first), ...others.map(derive)];
}

function derive(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', LABEL, CURSOR_KEY_BYTES));
}

/**
 * The key of a node by itself, which it draws when it first starts. Where it can be neither read nor kept the node has one for
 * as long as it runs: that is no reason not to start, since nothing is lost with it but places in lists.
 *
 * @param path in the data directory, which one process has at a time
 */
export async function keepCursorKey(path: string, log: Logger): Promise<CursorKeys> {
  const kept = await readFile(path).catch(() => null); // what can't be read is replaced, or said below
  if (kept?.length === CURSOR_KEY_BYTES) return [kept];
  const drawn = randomBytes(CURSOR_KEY_BYTES);
  try {
    await writeFile(path, drawn, { mode: 0o600 });
  } catch (error) {
    log.warn(
      { err: error },
      'the key of places in lists can not be kept: lists that are being paged begin anew after a restart',
    );
  }
  return [drawn];
}
